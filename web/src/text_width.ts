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

/** A word's parts where it may be broken: after a slash, a dash, an underscore; a part that is still too wide, anywhere. */
function broken(word: string, room: number, weight: number): string[] {
  if (textWidth(word, weight) <= room) return [word];
  const parts: string[] = [];
  for (const part of word.match(/[^/_-]+[/_-]*|[/_-]+/g) ?? []) {
    let piece = '';
    for (const letter of part) {
      if (piece && textWidth(piece + letter, weight) > room) {
        parts.push(piece);
        piece = '';
      }
      piece += letter;
    }
    parts.push(piece);
  }
  return parts;
}

/** Lines that fit into `room` pixels, at most `most` of them: what is left out is marked by an ellipsis. */
export function wrapped(text: string, room: number, weight = 400, most = Infinity): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    broken(most === Infinity ? word : word.slice(0, 200), room, weight).forEach((part, i) => {
      const longer = line && i === 0 ? `${line} ${part}` : line + part;
      if (line && textWidth(longer, weight) > room) {
        lines.push(line);
        line = part;
      } else {
        line = longer;
      }
    });
    if (lines.length > most) break;
  }
  if (line) lines.push(line);
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1].slice(0, -1)}…`];
}
