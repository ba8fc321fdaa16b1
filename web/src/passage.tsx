// A text to be pasted elsewhere, letter by letter: a button copies it; where the browser does not let it, it is marked for copying.
import { useRef, useState } from 'preact/hooks';

export function Passage({ text, name }: { text: string; name: string }) {
  const code = useRef<HTMLElement>(null);
  const [said, setSaid] = useState('');
  const copy = async () => {
    const selection = window.getSelection();
    if (code.current) selection?.selectAllChildren(code.current);
    try {
      await navigator.clipboard.writeText(text);
      setSaid('copied');
    } catch {
      setSaid('marked: copy it with your browser');
    }
  };
  return (
    <div class="passage">
      <code ref={code}>{text}</code>
      <button class="copy" aria-label={`Copy the expression of ${name}`} onClick={copy}>Copy</button>
      <span class="quiet" role="status">{said}</span>
    </div>
  );
}
