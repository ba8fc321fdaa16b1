// A row of a forest in the page's own flow: a mark with its interval on a scale that all rows share. It needs no width: all places are
// shares of its own.
import type { ComponentChildren } from 'preact';
import { present, type Tone } from './format';
import { domainOf, type IntervalRow } from './interval_rows';
import { numberAxis, type NumberAxis } from './number_axis';

export interface Scale extends NumberAxis {
  /** From 0 to 100. */
  place: (value: number) => number;
}

/** From `low` to `high`, with round numbers between them. */
export function scaleBetween([low, high]: [number, number], ticks = 4): Scale {
  const axis = numberAxis([low, high], ticks);
  return { ...axis, domain: [low, high], ticks: axis.ticks.filter((t) => t >= low && t <= high), place: (value) => 100 * Math.min(1, Math.max(0, (value - low) / (high - low))) };
}

/** One scale for all rows, 0 on it; a very wide interval goes beyond it. */
export const scaleOf = (rows: IntervalRow[]): Scale => scaleBetween(domainOf(rows, [0]));

export const percent = (place: number): string => `${place.toFixed(3)}%`;

/** A shape per tone, for people who do not see colours: the same as in all pictures of intervals. */
export const shapes: Record<Tone, string> = { good: '●', bad: '■', warn: '◆', ask: '▲', mute: '●' };
const outlines: Record<Tone, string> = { good: 'M-5.5,0a5.5,5.5 0 1,0 11,0a5.5,5.5 0 1,0 -11,0', bad: 'M-5,-5H5V5H-5Z', warn: 'M0,-7.5L5.5,0L0,7.5L-5.5,0Z', ask: 'M0,-7L6,5H-6Z', mute: 'M-5.5,0a5.5,5.5 0 1,0 11,0a5.5,5.5 0 1,0 -11,0' };

export function Shape({ tone }: { tone: Tone }) {
  return <span class={`shape ${tone}`} aria-hidden="true">{shapes[tone]}</span>;
}

/** What it holds is drawn about the point at `place`, in the middle of the row's height. */
export function At({ place, children }: { place: number; children: ComponentChildren }) {
  return <svg x={percent(place)} y="50%" overflow="visible" width="1" height="1">{children}</svg>;
}

/** The lines of the scale's numbers through a row. */
export function Grid({ scale }: { scale: Scale }) {
  return <>{scale.ticks.map((t) => <line x1={percent(scale.place(t))} x2={percent(scale.place(t))} y1="0" y2="100%" stroke="var(--line)" />)}</>;
}

export function IntervalLine({ row, scale, label }: { row: IntervalRow; scale: Scale; label: string }) {
  const tone = row.tone ?? 'mute';
  const [least, most] = scale.domain;
  const { value, low, high } = row;
  const goesOn = [present(low) && low < least ? 0 : null, present(high) && high > most ? 100 : null].filter(present);
  return (
    <span class="interval-line">
      <svg role="img" aria-label={label}>
        <Grid scale={scale} />
        <line x1={percent(scale.place(0))} x2={percent(scale.place(0))} y1="0" y2="100%" stroke="var(--ink)" stroke-opacity="0.65" />
        {present(low) && present(high) && <line x1={percent(scale.place(low))} x2={percent(scale.place(high))} y1="50%" y2="50%" stroke={`var(--${tone})`} stroke-width="4" stroke-opacity="0.5" />}
        {present(value) && <At place={scale.place(value)}><path d={outlines[tone]} fill={`var(--${tone})`} /></At>}
        {goesOn.map((place) => <At place={place}><path d={place === 0 ? 'M-2,0L6,-5V5Z' : 'M2,0L-6,-5V5Z'} fill="var(--ink)" /></At>)}
      </svg>
    </span>
  );
}

/** The numbers of the scale, above the rows. */
export function ScaleNumbers({ scale }: { scale: Scale }) {
  return <span class="scale" aria-hidden="true">{scale.ticks.map((t) => <span style={{ left: percent(scale.place(t)) }}>{scale.tickFormat(t)}</span>)}</span>;
}
