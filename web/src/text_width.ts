// How wide a text is in a picture, as the browser would draw it: labels are wrapped and placed by it, never cut.
let context: CanvasRenderingContext2D | null | undefined;
let family = '';

export const lineHeight = 15.5;

/** In pixels, at the size of all texts in pictures (figure.tsx). */
export function textWidth(text: string, weight = 400): number {
  if (context === undefined) {
    context = document.createElement('canvas').getContext('2d');
    family = getComputedStyle(document.body).fontFamily;
  }
  if (!context) return text.length * 8;
  context.font = `${weight} 12.5px ${family}`;
  return context.measureText(text).width;
}

/** Lines that fit into `room` pixels; a word that does not is split. */
export function wrapped(text: string, room: number, weight = 400): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (textWidth(longer, weight) <= room) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = '';
    for (const letter of word) {
      if (line && textWidth(line + letter, weight) > room) {
        lines.push(line);
        line = '';
      }
      line += letter;
    }
  }
  if (line) lines.push(line);
  return lines;
}
