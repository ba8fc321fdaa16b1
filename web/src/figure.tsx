// A picture in the page: redrawn when its width changes and for paper, described in words, with its figures as a table.
import * as Plot from '@observablehq/plot';
import { useEffect, useRef, useState } from 'preact/hooks';
import { tight } from './format';

export interface Alternative {
  head: string[];
  body: string[][];
}

interface Props {
  /** A few words that tell it from the page's other pictures. */
  name: string;
  /** What the picture shows, in a sentence: read out instead of the picture. */
  label: string;
  /** What stands below the picture; the label when it says no more. */
  caption?: string;
  options: (width: number) => Plot.PlotOptions;
  table: Alternative;
  /** The table is not printed beside it: the picture itself writes all the figures, or there are many such pictures. */
  said?: boolean;
  /** Many rows: on paper it takes the whole width, where they stay short enough for one page. */
  tall?: boolean;
}

const paperWidth = 660;

/** Longer tables are not printed: the picture stands there. */
const printedRows = 24;

export function Table({ head, body, label }: Alternative & { label: string }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead><tr>{head.map((name) => <th scope="col">{tight(name)}</th>)}</tr></thead>
        <tbody>{body.map((row) => <tr>{row.map((cell, i) => (i === 0 ? <th scope="row">{tight(cell)}</th> : <td>{tight(cell)}</td>))}</tr>)}</tbody>
      </table>
    </div>
  );
}

function AsTable({ table, name, said }: { table: Alternative; name: string; said?: boolean }) {
  const long = table.body.length > printedRows;
  const [open, setOpen] = useState(!long);
  return (
    <details class={`alternative${long ? ' long' : ''}${said ? ' said' : ''}`} onToggle={(e) => setOpen(open || (e.currentTarget as HTMLDetailsElement).open)}>
      <summary>Figures as a table: {name}</summary>
      {open && <Table {...table} label={`Figures: ${name}`} />}
    </details>
  );
}

export function Figure({ name, label, caption, options, table, said, tall }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    let drawnAt = 0;
    let onPaper = false;
    const draw = (width: number) => {
      if (width < 40 || width === drawnAt) return;
      drawnAt = width;
      const wanted = options(width);
      const drawn = Plot.plot({ marginBottom: 44, ...wanted, x: { labelOffset: 38, ...wanted.x }, width, style: { background: 'transparent', color: 'var(--ink)', fontFamily: 'inherit', fontSize: '12.5px', overflow: 'visible' } });
      drawn.setAttribute('role', 'img');
      drawn.setAttribute('aria-label', label);
      for (const inner of drawn.querySelectorAll('[aria-label]')) inner.removeAttribute('aria-label');
      element.replaceChildren(drawn);
    };
    const wide = () => Math.round(element.clientWidth);
    const observer = new ResizeObserver(() => onPaper || draw(wide()));
    observer.observe(element);
    draw(wide());
    // Small multiples stand side by side on paper too; all others take its width, and so do tall ones.
    const forPaper = () => {
      onPaper = true;
      draw(element.closest('.multiples') && !tall ? Math.min(wide() || 300, 300) : paperWidth);
    };
    const forScreen = () => {
      onPaper = false;
      draw(wide());
    };
    window.addEventListener('assay:paper', forPaper);
    window.addEventListener('assay:screen', forScreen);
    return () => {
      observer.disconnect();
      window.removeEventListener('assay:paper', forPaper);
      window.removeEventListener('assay:screen', forScreen);
    };
  }, [options, label, tall]);
  return (
    <figure class={tall ? 'tall' : undefined}>
      <div ref={holder} class="plot" />
      <figcaption>{tight(caption ?? label)}</figcaption>
      <AsTable table={table} name={name} said={said} />
    </figure>
  );
}

export { Plot };
