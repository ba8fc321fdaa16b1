// The life cycle as a board: each stage's questions, each with its answer and where the answer comes from.
import { answersOf } from './answers';
import { inWords, sentence, sign, tone } from './format';
import type { BoardQuestion, ProjectReport } from './generated/reports';
import { Mark } from './parts';

const stages = ['understand', 'define', 'design', 'deploy', 'business'];
const asks: Record<string, string> = {
  understand: 'What happens, and what else could be done?', define: 'What do we want, at what cost, by when?', design: 'Is machine learning right, and better than what?',
  deploy: 'Is it better for users, and how is it doing?', business: 'Where is value made?',
};

const source = (q: BoardQuestion): string => {
  if (q.source === 'charter') return `charter, ${q.key}`;
  if (q.source === 'evidence') return `measured, ${q.key}`;
  return q.key;
};

// Answers that are not one, or not yet a good one, are counted by themselves.
const apart = ['contradicted', 'vague', 'empty', 'later'];
const uncounted = (q: BoardQuestion): string => (apart.includes(q.status) ? q.status : q.answer === '' ? 'empty' : '');

function countsOf(questions: BoardQuestion[]): string {
  const words: Record<string, string> = { contradicted: 'contradicted by the data', vague: 'vague', empty: 'open', later: 'for later' };
  const good = questions.filter((q) => uncounted(q) === '').length;
  return [`${good} of ${questions.length} answered`, ...apart.map((state) => ({ state, n: questions.filter((q) => uncounted(q) === state).length })).filter(({ n }) => n > 0).map(({ state, n }) => `${n} ${words[state]}`)].join(', ');
}

function Question({ report, q }: { report: ProjectReport; q: BoardQuestion }) {
  const answers = q.answer === '' ? [] : answersOf(report, q);
  const states = !(q.status === 'answered' || q.status === 'later');
  return (
    <li class={tone(q.status)}>
      <span class="sign" aria-hidden="true">{sign(q.status)}</span>
      <div>
        <h4>{q.question} {states && <Mark state={q.status} />}</h4>
        {answers.length === 0 && <p class="quiet">{q.source === 'later' ? 'Not measured in this run: it comes with a later stage.' : 'Open: only people can answer.'}</p>}
        {answers.length > 1 ? <ul class="answers">{answers.map((text) => <li>{text}</li>)}</ul> : answers.map((text) => <p>{text}</p>)}
        {q.note && <p class="quiet">{sentence(q.note)}</p>}
        {source(q) && <p class="source">{source(q)}</p>}
      </div>
    </li>
  );
}

export function Board({ report }: { report: ProjectReport }) {
  const present = [...stages, ...new Set(report.board.map((q) => q.stage).filter((s) => !stages.includes(s)))].filter((s) => report.board.some((q) => q.stage === s));
  if (present.length === 0) return null;
  // On a phone the stages stand closed: the board fits a screen or two, and the findings follow.
  const wide = window.matchMedia('(min-width: 48rem)').matches;
  return (
    <section id="board">
      <h2>The life cycle, question by question</h2>
      <p class="lead">Why comes before how. Every question that a project should answer, with the answer people wrote (charter) or the run measured.</p>
      <p class="quiet">✓ answered, or measured and yes; ✕ measured and no; ≠ the data contradict the answer; ~ vague or not decided; ? open; … a later stage.</p>
      <ol class="board">
        {present.map((stage, i) => {
          const questions = report.board.filter((q) => q.stage === stage);
          return (
            <li class="stage">
              <div class="about">
                <h3><span class="ordinal" aria-hidden="true">{i + 1}</span> {inWords(stage)}</h3>
                <p class="quiet">{asks[stage]}</p>
                <p class="signs" aria-hidden="true">{questions.map((q) => <span class={tone(q.status)} title={q.question}>{sign(q.status)}</span>)}</p>
                <p class="quiet">{countsOf(questions)}</p>
              </div>
              <details open={wide}>
                <summary>{questions.length} questions and answers: {inWords(stage)}</summary>
                <ul class="questions">{questions.map((q) => <Question report={report} q={q} />)}</ul>
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
