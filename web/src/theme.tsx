// The look of the page: as the system says, light or dark. Remembered where the browser allows it.
import { useLayoutEffect, useState } from 'preact/hooks';

const looks = ['auto', 'light', 'dark'] as const;
type Look = (typeof looks)[number];

function remembered(): Look {
  try {
    const look = localStorage.getItem('assay-look');
    return looks.find((l) => l === look) ?? 'auto';
  } catch {
    return 'auto';  // storage may be forbidden to files
  }
}

export function ThemeButton() {
  const [look, setLook] = useState<Look>(remembered);
  useLayoutEffect(() => {
    if (look === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = look;
    try {
      localStorage.setItem('assay-look', look);
    } catch {
      // not remembered, then
    }
  }, [look]);
  const next = looks[(looks.indexOf(look) + 1) % looks.length];
  return <button class="theme" onClick={() => setLook(next)} aria-label={`Look: ${look}. Change to ${next}.`}><span aria-hidden="true">{look === 'dark' ? '☾' : look === 'light' ? '☀' : '◐'}</span> {look}</button>;
}
