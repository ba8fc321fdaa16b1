// The report: reads the run from the page itself and draws it. Nothing is loaded from anywhere.
import { render } from 'preact';
import './report.css';
import { Board } from './board';
import { neverActs, unitOfObjective } from './charter';
import { Change, changeId } from './change';
import { Check } from './check';
import { Evidence } from './evidence';
import { Feasibility } from './feasibility';
import { tight } from './format';
import type { ProjectReport } from './generated/reports';
import { Ladder } from './ladder';
import { Opening } from './opening';
import { preparePrinting } from './paper';
import { ladderId, NotRun } from './parts';
import { OpenQuestions, openQuestions, ProblemTree, Results } from './results';
import { Slices, slicesId } from './slices';
import { Tradeoff } from './tradeoff';
import { Understand } from './understand';

/** Why metrics moved, where the run looked into that. */

function Navigation({ report }: { report: ProjectReport }) {
  return (
    <nav aria-label="Sections">
      {report.board.length > 0 && <a href="#board">Life cycle</a>}
      <a href="#understand">What happens</a>
      {report.change.length > 0 && <a href={`#${changeId(0)}`}>What moved?</a>}
      <a href="#feasibility">Is ML right?</a>
      <a href="#ladder">Better than what?</a>
      {report.train.some((t) => t.objective === report.slices[0]?.objective) && <a href={`#${slicesId(report, report.slices[0])}`}>Where wrong?</a>}
      {report.tradeoff && <a href="#tradeoff">What for what?</a>}
      {report.options.length + report.steps.length > 0 && <a href="#results">The work</a>}
      {report.check && <a href="#check">The charter</a>}
      {openQuestions(report).length > 0 && <a href="#questions">Questions</a>}
      <a href="#evidence">Evidence</a>
    </nav>
  );
}

function Report({ report }: { report: ProjectReport }) {
  return (
    <>
      <a class="skip" href="#verdict">Skip to the findings</a>
      <Opening report={report} />
      <Navigation report={report} />
      <main>
        <Board report={report} />
        <ProblemTree report={report} />
        {report.understand ? <Understand project={report} report={report.understand} /> : <NotRun id="understand" title="What happens" what="The outcome over time, what goes with it and the hypotheses stand here after that step." />}
        {report.change.map((change, i) => <Change project={report} report={change} id={changeId(i)} />)}
        {report.feasibility.length > 0 ? report.feasibility.map((f, i) => <Feasibility project={report} report={f} first={i === 0} />) : <NotRun id="feasibility" title="Is machine learning right?" what="Nine questions, each decided by a test, stand here after that step." />}
        {report.train.length > 0
          ? report.train.map((t) => (
              <>
                <Ladder report={t} id={ladderId(report, t)} idle={neverActs(report, t.objective, t.recommended)} unit={t.task === 'regression' ? unitOfObjective(report, t.objective) : ''} />
                {report.slices.filter((s) => s.objective === t.objective).map((s) => <Slices project={report} report={s} />)}
              </>
            ))
          : <NotRun id="ladder" title="The ladder: better than what?" what="The rungs from a random answer to boosted trees stand here after that step." />}
        {report.tradeoff && <Tradeoff report={report.tradeoff} seconds={report.timing.steps} />}
        <Results report={report} />
        {report.check && <Check report={report.check} />}
        <OpenQuestions report={report} />
        <Evidence report={report} />
      </main>
      <footer><p>Made by Assay {report.assay_version}. This file loads nothing: what it holds is all it shows.</p></footer>
    </>
  );
}

// What is pasted elsewhere keeps its letters; in all other texts a number and its sign are not parted.
const code = ['command', 'before_rows', 'after_rows', 'criterion', 'expression', 'segment', 'key', 'source', 'verify', 'charter'];
const reviver = (key: string, value: unknown): unknown => (typeof value === 'string' && !code.includes(key) ? tight(value) : value);

const data = document.getElementById('assay-data')?.textContent ?? '';
const root = document.getElementById('report');
if (root) {
  root.textContent = '';
  render(<Report report={JSON.parse(data, reviver) as ProjectReport} />, root);
  preparePrinting();
}
