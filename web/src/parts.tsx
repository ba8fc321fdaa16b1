// Small things that every section uses.
import type { ComponentChildren } from 'preact';
import type { Estimate, ProjectReport, TrainReport } from './generated/reports';
import { inWords, readEstimate, sentence, sign, tone, type Reading } from './format';

/** Where an objective's ladder stands in the page. */
export const ladderId = (report: ProjectReport, train: TrainReport): string => (train === report.train[0] ? 'ladder' : `ladder-${train.objective}`);

/** A figure with its interval, or with the reason why there is none. */
export function Number({ of, as = 'plain', unit }: { of: Estimate | null | undefined; as?: Reading; unit?: string }) {
  const read = readEstimate(of, as);
  return (
    <span class="number">
      {read.value === 'n/a' ? null : <b>{read.value}{unit && as === 'plain' ? <span class="unit"> {unit}</span> : null}</b>}
      {read.interval ? <span class="interval"> {read.interval}</span> : <span class="interval"> {read.reason}</span>}
    </span>
  );
}

/** A state in words, with a sign and a colour. */
export function Mark({ state, words }: { state: string; words?: string }) {
  return <span class={`mark ${tone(state)}`}><span aria-hidden="true">{sign(state)}</span>{'\u00a0'}{words ?? inWords(state)}</span>;
}

/** What a rung is: in a sentence, or as a tree of branches, a line each. */
export function Explained({ text }: { text: string }) {
  if (!text.includes('\n')) return <p class="quiet">{sentence(text)}</p>;
  // A branch keeps its indent where it wraps.
  const indent = (line: string): number => line.length - line.trimStart().length;
  return <div class="branches">{text.split('\n').map((line) => <div style={{ paddingLeft: `${indent(line) + 2}ch`, textIndent: '-2ch' }}>{line.trimStart()}</div>)}</div>;
}

export function Key({ name, children }: { name: string; children: ComponentChildren }) {
  return <div class="key"><dt>{name}</dt><dd>{children}</dd></div>;
}

/** A part of the run that does not exist: said, not hidden. */
export function NotRun({ id, title, what }: { id: string; title: string; what: string }) {
  return (
    <section id={id} class="notrun">
      <h2>{title}</h2>
      <p><Mark state="waiting" words="not run yet" /> {what}</p>
    </section>
  );
}

export function Notes({ notes }: { notes: string[] }) {
  return <>{notes.map((note) => <p class="quiet">{note}</p>)}</>;
}
