// The life cycle as a board: each stage's questions, each with its answer and where the answer comes from.
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

function Question({ q }: { q: BoardQuestion }) {
  const answered = q.answer !== '';
  const states = !(q.status === 'answered' || q.status === 'later');
  return (
    <li class={tone(q.status)}>
      <span class="sign" aria-hidden="true">{sign(q.status)}</span>
      <div>
        <h4>{q.question} {states && <Mark state={q.status} />}</h4>
        {answered ? <p>{sentence(q.answer)}</p> : <p class="quiet">{q.source === 'later' ? 'Not measured in this run: it comes with a later stage.' : 'Open: only people can answer.'}</p>}
        {q.note && <p class="quiet">{sentence(q.note)}</p>}
        {source(q) && <p class="source">{source(q)}</p>}
      </div>
    </li>
  );
}

export function Board({ report }: { report: ProjectReport }) {
  const present = [...stages, ...new Set(report.board.map((q) => q.stage).filter((s) => !stages.includes(s)))].filter((s) => report.board.some((q) => q.stage === s));
  if (present.length === 0) return null;
  return (
    <section id="board">
      <h2>The life cycle, question by question</h2>
      <p class="lead">Why comes before how. Every question that a project should answer, with the answer people wrote (charter) or the run measured.</p>
      <ol class="board">
        {present.map((stage, i) => {
          const questions = report.board.filter((q) => q.stage === stage);
          const answered = questions.filter((q) => q.answer !== '').length;
          return (
            <li class="stage">
              <div class="about">
                <h3><span class="ordinal" aria-hidden="true">{i + 1}</span> {inWords(stage)}</h3>
                <p class="quiet">{asks[stage]}</p>
                <p class="signs" aria-hidden="true">{questions.map((q) => <span class={tone(q.status)} title={q.question}>{sign(q.status)}</span>)}</p>
                <p class="quiet">{answered} of {questions.length} answered</p>
              </div>
              <ul>{questions.map((q) => <Question q={q} />)}</ul>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
