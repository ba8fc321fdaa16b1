// The life cycle as a board: each stage's questions with their answers.
import type { BoardQuestion, ProjectReport } from './generated/reports';
import { inWords, sign, tone } from './format';

const stages = ['understand', 'define', 'design', 'deploy', 'business'];

function Question({ q }: { q: BoardQuestion }) {
  return (
    <li>
      <span class={`mark ${tone(q.status)}`} title={inWords(q.status)}>{sign(q.status)}</span>
      <div>
        <b>{q.question}</b>
        {q.answer ? <p>{q.answer}</p> : <p class="quiet">{q.source === 'later' ? 'comes with a later stage' : 'open: a person must answer'}{q.key ? <> (<code>{q.key}</code>)</> : null}</p>}
        {q.note && <p class="quiet">{q.note}</p>}
      </div>
    </li>
  );
}

export function Board({ report }: { report: ProjectReport }) {
  const present = stages.filter((s) => report.board.some((q) => q.stage === s));
  if (present.length === 0) return null;
  return (
    <section id="board">
      <h2>The life cycle</h2>
      <div class="board">
        {present.map((stage) => {
          const questions = report.board.filter((q) => q.stage === stage);
          const answered = questions.filter((q) => q.answer).length;
          return (
            <div class="stage">
              <h3>{inWords(stage)} <small>{answered} of {questions.length}</small></h3>
              <ul>{questions.map((q) => <Question q={q} />)}</ul>
            </div>
          );
        })}
      </div>
    </section>
  );
}
