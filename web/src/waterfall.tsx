// From before to after, one step below the other: a row each, in the page's own flow, so that a row can open. Steps add up.
import type { ComponentChildren } from 'preact';
import { present, type Maybe } from './format';
import { At, Grid, percent, scaleBetween, type Scale } from './interval_line';

export interface Step {
  from: number;
  to: number;
  /** Ends of the interval of where it ends. */
  low: Maybe;
  high: Maybe;
  /** What is left over: drawn as an outline. */
  left?: boolean;
}

export function scaleOfSteps(steps: Step[]): Scale {
  const ends = steps.flatMap((s) => [s.from, s.to, s.low, s.high]).filter(present);
  const low = Math.min(...ends), high = Math.max(...ends);
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return scaleBetween([low - room, high + room]);
}

/** A line down a row at a value: it joins a step's end with the next step's start. */
function Joint({ at, scale, from, to }: { at: number; scale: Scale; from: string; to: string }) {
  const x = percent(scale.place(at));
  return <line x1={x} x2={x} y1={from} y2={to} stroke="var(--ink)" stroke-opacity="0.7" stroke-dasharray="2 2" />;
}

function Whisker({ low, high, scale }: { low: number; high: number; scale: Scale }) {
  const [a, b] = [low, high].map((v) => percent(scale.place(v)));
  return (
    <>
      <line x1={a} x2={b} y1="50%" y2="50%" stroke="var(--ink)" stroke-width="1.6" />
      {[low, high].map((v) => <At place={scale.place(v)}><path d="M0,-5V5" stroke="var(--ink)" stroke-width="1.6" /></At>)}
    </>
  );
}

function Drawn({ label, scale, children }: { label: string; scale: Scale; children: ComponentChildren }) {
  return <span class="interval-line"><svg role="img" aria-label={label}><Grid scale={scale} />{children}</svg></span>;
}

/** The metric itself, where it starts or ends, with its interval. */
export function Level({ value, low, high, start, scale, label }: { value: number; low: Maybe; high: Maybe; start: boolean; scale: Scale; label: string }) {
  return (
    <Drawn label={label} scale={scale}>
      <Joint at={value} scale={scale} from={start ? '50%' : '0'} to={start ? '100%' : '50%'} />
      {present(low) && present(high) && <Whisker low={low} high={high} scale={scale} />}
      <At place={scale.place(value)}><path d="M-5.5,-5.5H5.5V5.5H-5.5Z" fill="var(--ink)" /></At>
    </Drawn>
  );
}

/** Upwards to the right, downwards to the left; its sign stands beside it. */
export function StepBar({ step, scale, label }: { step: Step; scale: Scale; label: string }) {
  const [a, b] = [scale.place(step.from), scale.place(step.to)];
  const colour = step.left ? 'var(--mute)' : step.to >= step.from ? 'var(--accent)' : 'var(--gold)';
  const outline = step.left ? { 'fill-opacity': '0.15', stroke: colour, 'stroke-dasharray': '4 3' } : { 'fill-opacity': '0.75' };
  return (
    <Drawn label={label} scale={scale}>
      <Joint at={step.from} scale={scale} from="0" to="50%" />
      <Joint at={step.to} scale={scale} from="50%" to="100%" />
      <svg x={percent(Math.min(a, b))} y="50%" width={percent(Math.max(Math.abs(b - a), 0.3))} height="16" overflow="visible"><rect y="-8" width="100%" height="16" fill={colour} {...outline} /></svg>
      {present(step.low) && present(step.high) && step.low < step.high && <Whisker low={step.low} high={step.high} scale={scale} />}
    </Drawn>
  );
}
