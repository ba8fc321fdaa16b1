// An Observable Plot in the page: redrawn when its width changes, described in words for those who do not see it.
import * as Plot from '@observablehq/plot';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** What the picture shows, in a sentence. */
  label: string;
  options: (width: number) => Plot.PlotOptions;
}

export function Figure({ label, options }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!holder.current) return;
    const observer = new ResizeObserver((entries) => setWidth(Math.round(entries[0].contentRect.width)));
    observer.observe(holder.current);
    setWidth(Math.round(holder.current.clientWidth));
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!holder.current || width === 0) return;
    const wanted = options(width);
    const drawn = Plot.plot({ marginBottom: 44, ...wanted, x: { labelOffset: 40, ...wanted.x }, width, style: { background: 'transparent', color: 'var(--ink)', fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' } });
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', label);
    holder.current.replaceChildren(drawn);
    return () => drawn.remove();
  }, [width, options, label]);
  return (
    <figure>
      <div ref={holder} class="plot" />
      <figcaption>{label}</figcaption>
    </figure>
  );
}

export { Plot };
