// Before the page is printed everything that can be opened is opened, but what stays a row (`folded`), and pictures are drawn at the width of the paper;
// afterwards the page is as it was.
export function preparePrinting(): void {
  let opened: HTMLDetailsElement[] = [];
  let printing = false;
  const before = () => {
    if (printing) return;
    printing = true;
    opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open]):not(.long):not(.said):not(.folded)')];
    for (const part of opened) part.open = true;
    window.dispatchEvent(new Event('assay:paper'));
  };
  const after = () => {
    if (!printing) return;
    printing = false;
    for (const part of opened) part.open = false;
    window.dispatchEvent(new Event('assay:screen'));
  };
  window.addEventListener('beforeprint', before);
  window.addEventListener('afterprint', after);
  window.matchMedia('print').addEventListener('change', (e) => (e.matches ? before() : after()));
}
