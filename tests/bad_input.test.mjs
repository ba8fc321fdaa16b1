// Files that are not what they should be: each is refused with exit code 2 and a sentence that names the file, the line and
// the column, and says what to do; or read with a note where nothing is lost.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

import { assay, scratchFolder } from './support.mjs';

const folder = scratchFolder('bad-input');

const understand = (path, ...flags) => assay('understand', path, '--outcome', 'y = 1', '--quiet', ...flags);
const file = (name, bytes) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const many = (line, count = 50_000) => `y,x\n${Array.from({ length: count }, (_, i) => line(i)).join('\n')}\n`;
const torn = gzipSync(Buffer.from(many((i) => `${i % 2},${Math.sin(i)}`)));
mkdirSync(join(folder, 'mixed'));
writeFileSync(join(folder, 'mixed', 'a.csv'), 'y,x\n1,2\n0,3\n');
writeFileSync(join(folder, 'mixed', 'b.json'), '[{"y":1}]');
mkdirSync(join(folder, 'differ'));
writeFileSync(join(folder, 'differ', 'a.csv'), 'y,x\n1,2\n0,3\n');
writeFileSync(join(folder, 'differ', 'b.csv'), 'y,z\n1,2\n0,3\n');

// name, bytes, what the message must say besides the file's name
const refused = [
  ['empty.csv', '', ['is empty']],
  ['header.csv', 'y,x\n', ['no rows']],
  ['blank-lines.csv', '\n\n\n', ['line 1 is empty']],
  ['ragged.csv', 'y,x\n1,2\n0,3,4\n1,5\n', ['line 3 has 3 fields', 'header has 2']],
  ['ragged-under-a-byte-order-mark.csv', '\ufeff"y,z",x\n1,2\n0,3,4\n1,5\n', ['line 3 has 3 fields', 'header has 2']],
  ['comments-only.csv', '#y,x\n', ["only lines that begin with '#'", 'expected a header']],
  ['short-row.csv', 'y,x,z\n1,2,3\n0,4\n1,2,3\n', ['line 3 has 2 fields', 'header has 3']],
  ['ragged-late.csv', many((i) => (i === 40_000 ? '0,1,7' : `${i % 2},${i}`)), ['line 40002 has 3 fields', 'header has 2']],
  ['ragged-after-a-broken-line.csv', 'y,x\n1,"a\nb"\n0,3,4\n1,5\n', ['line 4 has 3 fields']],
  ['header-of-mixed-line-ends.csv', 'y,"length\nin cm"\r\n1,2\r\n0,3\r\n', ['line 1', "the column name 'length in cm' holds a line end of another kind"]],
  ['latin.csv', Buffer.from('y,x\n1,caf\xe9\n0,b\n', 'latin1'), ['line 2', 'not UTF-8', 'save the file as UTF-8']],
  ['latin-late.csv', Buffer.from(`${many((i) => `${i % 2},a`)}1,\xe9\n`, 'latin1'), ['line 50002', 'not UTF-8']],
  ['utf16.csv', Buffer.from('\ufeffy,x\n1,a\n0,b\n', 'utf16le'), ['UTF-16', 'UTF-8']],
  ['spreadsheet.csv', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(600, 7)]), ['zip file', 'export it']],
  ['zeros.csv', Buffer.concat([Buffer.from('y,x\n'), Buffer.alloc(100)]), ['byte 5 is a zero', 'UTF-8']],
  ['packed.csv', gzipSync('y,x\n1,2\n'), ['is a gzip file', '.gz']],
  ['plain.csv.gz', 'y,x\n1,2\n0,3\n', ['is not a gzip file']],
  ['torn.csv.gz', torn.subarray(0, torn.length / 2), ['cut off']],
  ['scratched.csv.gz', Buffer.concat([torn.subarray(0, 5000), Buffer.alloc(200, 0x55), torn.subarray(5200)]), ['damaged']],
  ['torn.parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(5000, 3)]), ['cut off']],
  ['text.parquet', 'y,x\n1,2\n', ['is not a Parquet file']],
  ['torn.json', '[{"y":1,"x":2.5},{"y":0,', ['record 2 is not JSON: unexpected end of data', 'cut off']],
  ['torn.jsonl', '{"y":1,"x":2.5}\n{"y":0,', ['record 2 is not JSON: unexpected end of data', 'cut off']],
  ['bare-word.json', '[{"y":1,"x":2.5},{"y":0,"x":none}]', ['record 2 is not JSON:', 'expected one object per row']],
  ['two-in-one.jsonl', '{"y":1,"x":2.5}\n{"y":0,"x":1} {"y":1\n', ['is not JSON:', 'record']],
  ['infinity.csv', 'y,x\n1,inf\n0,2\n1,3\n', ["row 1, column 'x'", 'infinite']],
  ['overflow.csv', 'y,x\n1,1e999\n0,2\n1,3\n', ["row 1, column 'x'", 'infinite']],
  ['beyond-a-float.csv', 'y,x\n1,2\n0,-1e39\n1,3\n', ["row 2, column 'x': -1e+39", 'beyond the largest number that a model can hold (3.4e+38)', 'leave it empty']],
  ['mixed-types.csv', many((i) => (i === 40_000 ? '0,oops' : `${i % 2},${i}`)), ["line 40002, column 'x'", "'oops' is not a number", 'leave it empty']],
  ['no-such-day.csv', many((i) => (i === 40_000 ? '0,2001-13-45' : `${i % 2},2001-01-${String(1 + (i % 28)).padStart(2, '0')}`)), ["line 40002, column 'x'", "'2001-13-45' is not a time"]],
  ['no-time-among-offsets.csv', many((i) => (i === 40_000 ? '0,soon' : `${i % 2},2001-01-${String(1 + (i % 28)).padStart(2, '0')}T00:00:00+02:00`)), ["line 40002, column 'x'", "'soon' is not a time"]],
  ['twice.csv', 'y,x,x\n1,2,3\n0,3,4\n', ['line 1', "'x' stands twice, as field 2 and 3"]],
  ['open-quote.csv', 'y,x\n1,"a\n0,b\n1,c\n', ['line 2: a double quote is opened and never closed']],
  ['open-quote-in-the-middle.csv', many((i) => (i === 50 ? '1,"a' : `${i % 2},b`), 400), ['line 52: a double quote is opened and never closed']],
  ['open-quote-before-another.csv', many((i) => (i === 50 ? '1,"a' : i === 70 ? '0,"c"' : `${i % 2},b`), 400), ['line 52: a double quote is opened and never closed']],
  ['quote-within-a-text.csv', many((i) => (i === 50 ? '1,"a"b"' : `${i % 2},b`), 400), ['line 52: a double quote is opened', 'as two ("")']],
  ['longer-last-line.csv', `${many((i) => `${i % 2},a`, 400)}1,2,3,4\n`, ['line 402 has 4 fields', 'header has 2']],
  ['longer-last-lines.csv', `${many((i) => `${i % 2},a`, 400)}${'1,2,3\n'.repeat(3)}`, ['line 402 has 3 fields', 'header has 2']],
  ['longer-last-line-below-a-title.csv', `# made by hand\nShop\n${many((i) => `${i % 2},a`, 400)}1,2,3,4\n`, ['line 404 has 4 fields', 'header has 2']],
  ['longer-last-line.csv.gz', gzipSync(`${many((i) => `${i % 2},a`, 400)}1,2,3,4\n`), ['its rows have different numbers of fields']],
  ['shorter-header.csv', `y,x\n${'1,2,3\n0,3,4\n'.repeat(200)}`, ['line 2 has 3 fields', 'header has 2', 'begin the lines above it with #']],
  ['comment-below-the-header.csv', `${many((i) => `${i % 2},a`, 400)}# end of file\n`, ['line 402 has 1 field,', 'header has 2']],
  ['numbers.json', '[1,2,3]', ['no objects', 'expected one object per row']],
  ['an-object-and-a-number.json', '[{"y":1},3]', ['no objects', 'expected one object per row']],
];
for (const [name, bytes, says] of refused) {
  test(`refused: ${name}`, () => {
    const run = understand(file(name, bytes));
    assert.equal(run.status, 2, `${run.stdout.slice(0, 500)}\n${run.stderr}`);
    assert.equal(run.stdout, '');
    assert.ok(run.stderr.includes(name), run.stderr);
    for (const words of says) assert.ok(run.stderr.includes(words), `"${words}" is missing in: ${run.stderr}`);
    assert.ok(!/types=\{|sample_size|ignore_errors|read_csv|Malformed JSON|auto-detect/.test(run.stderr), `advice about another program: ${run.stderr}`);
  });
}

test('refused: an outcome beyond the largest number that a model can hold', () => {
  const path = file('outcome-beyond-a-float.csv', 'y,x\n1.5,2\n1e39,1\n1,3\n');
  for (const command of ['understand', 'feasibility', 'train']) {
    const run = assay(command, path, '--outcome', 'y', '--quiet');
    assert.equal(run.status, 2, run.stderr);
    assert.ok(run.stderr.includes("outcome-beyond-a-float.csv: row 2: the outcome 'y' is 1e+39") && run.stderr.includes('3.4e+38'), run.stderr);
  }
});

test('scoring refuses a number that the model cannot hold', () => {
  const known = file('known.csv', many((i) => `${i % 3 === 0 ? 1 : 0},${i % 7}`, 600));
  const models = join(folder, 'models');
  const trained = assay('train', known, '--outcome', 'y = 1', '--quiet', '--models', models);
  assert.equal(trained.status, 0, trained.stderr);
  const run = assay('score', join(models, 'boosted.json'), file('unheld.csv', 'x\n1\n2\n1e39\n'), '--quiet');
  assert.equal(run.status, 2, run.stderr);
  assert.ok(run.stderr.includes("unheld.csv: row 3, column 'x': 1e+39"), run.stderr);
});

const sources = [
  ['no file', join(folder, 'emty.csv'), ['there is no such file', "Did you mean 'empty.csv'"]],
  ['a folder', folder, ['is a folder', '*.parquet']],
  ['a pattern that matches nothing', join(folder, '*.tsv'), ['no file matches']],
  ['a pattern of different kinds', join(folder, 'mixed', '*'), ['different kinds', 'a.csv', 'b.json']],
  ['files with different columns', join(folder, 'differ', '*.csv'), ['b.csv', "column 'x'"]],
];
for (const [what, path, says] of sources) {
  test(`refused: ${what}`, () => {
    const run = understand(path);
    assert.equal(run.status, 2, run.stderr);
    for (const words of says) assert.ok(run.stderr.includes(words), `"${words}" is missing in: ${run.stderr}`);
  });
}

const columns = (path, ...flags) => {
  const run = understand(path, '--json', ...flags);
  assert.equal(run.status, 0, run.stderr);
  const report = JSON.parse(run.stdout);
  return { report, of: (name) => report.columns.find((c) => c.name === name) };
};

test('read: byte order mark, CRLF, quoted delimiters, line ends and quotes', () => {
  const { report, of } = columns(file('hard.csv', '\ufeffy,x,z\r\n1,"a,b",2\r\n0,"c\r\nd",3\r\n1,"e ""f""",4\r\n'));
  assert.equal(report.data.rows, 3);
  assert.deepEqual(of('x').top_values, ['a,b', 'c\r\nd', 'e "f"']);
  assert.equal(of('y').type, 'number');
});

test('read: rows that begin with # are rows, comments above the header are not', () => {
  const codes = columns(file('hash.csv', `id,v,y\n${Array.from({ length: 400 }, (_, i) => `${i % 10 === 0 ? '#' : ''}${i},${i % 13},${i % 2}`).join('\n')}\n`));
  assert.equal(codes.report.data.rows, 400);
  assert.equal(codes.of('id').distinct, 400);
  const spreadsheet = columns(file('not-available.csv', `x,y\n${Array.from({ length: 400 }, (_, i) => `${i % 10 === 0 ? '#N/A' : i},${i % 2}`).join('\n')}\n`));
  assert.equal(spreadsheet.report.data.rows, 400);
  assert.ok(spreadsheet.report.alerts.some((a) => a.kind === 'mixed_types' && a.column === 'x' && a.message.includes('#N/A')), JSON.stringify(spreadsheet.report.alerts));
  const rows = `${Array.from({ length: 400 }, (_, i) => `${i},${i % 2}`).join('\n')}\n`;
  for (const [name, top, first] of [['comment.csv', '# exported in 2024\nx,y\n', 'x'], ['comment-of-fields.csv', '# a, b, c\n\n# d, e, f, g\nx,y\n', 'x'], ['title.csv', 'Report 2024\n\nx,y\n', 'x'], ['header-with-hash.csv', '# exported, in, 2024\n#x,y\n', '#x']]) {
    const { report } = columns(file(name, top + rows));
    assert.equal(report.data.rows, 400, name);
    assert.deepEqual(report.columns.map((c) => c.name), [first, 'y'], name);
  }
});

test('read: a line end within a quoted name of the header', () => {
  for (const [name, end] of [['header-lf.csv', '\n'], ['header-crlf.csv', '\r\n']]) {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 2},${i},${i % 3}`);
    const { report, of } = columns(file(name, `y,"length${end}in cm",z${end}${rows.join(end)}${end}`));
    assert.equal(report.data.rows, 60);
    assert.deepEqual(report.columns.map((c) => c.name), ['y', `length${end}in cm`, 'z']);
    assert.equal(of(`length${end}in cm`).most, '59');
  }
});

test('read: endings in upper case', () => {
  for (const [name, bytes] of [['UPPER.CSV.GZ', gzipSync('\ufeffy,x\n1,2\n0,3\n')], ['UPPER.JSONL.GZ', gzipSync('{"y":1,"x":2}\n{"y":0,"x":3}\n')], ['UPPER.CSV', 'y,x\n1,2\n0,3\n']]) {
    const run = understand(file(name, bytes));
    assert.equal(run.status, 0, `${name}: ${run.stderr}`);
  }
});

test('read: a quote that first appears after 40,000 rows', () => {
  const { of } = columns(file('late-quote.csv', many((i) => (i === 40_000 ? '0,"a,b"' : `${i % 2},c`))));
  assert.deepEqual(of('x').top_values, ['c', 'a,b']);
});

test('read: decimals among whole numbers and times among dates after 40,000 rows', () => {
  const number = columns(file('late-decimal.csv', many((i) => (i === 40_000 ? '0,2.5' : `${i % 2},${i % 7}`)))).of('x');
  assert.equal(number.type, 'number');
  assert.equal(number.distinct, 8);
  const time = columns(file('late-time.csv', many((i) => (i === 40_000 ? '0,2001-02-03 04:05:06' : `${i % 2},2001-01-01`)))).of('x');
  assert.equal(time.type, 'time');
  assert.equal(time.most, '2001-02-03 04:05:06');
});

test('read: an offset from UTC that comes after 40,000 rows is taken off', () => {
  for (const [name, early] of [['late-offset.csv', '2001-01-01 00:00:00'], ['late-offset-among-days.csv', '2001-01-01']]) {
    const time = columns(file(name, many((i) => (i === 40_000 ? '0,2001-06-01T01:00:00+02:00' : `${i % 2},${early}`)))).of('x');
    assert.equal(time.type, 'time', name);
    assert.equal(time.most, '2001-05-31 23:00:00', name);
  }
});

test('read: a column that is empty in the first 40,000 rows and numbers after', () => {
  const column = columns(file('late-number.csv', many((i) => `${i % 2},${i < 40_000 ? '' : i % 3}`))).of('x');
  assert.equal(column.type, 'number');
  assert.equal(column.missing, 40_000);
  assert.equal(column.distinct, 3);
});

test('read: integers beyond the precision of reals keep their digits', () => {
  const { of } = columns(file('digits.csv', 'y,a,b\n1,9007199254740993,12345678901234567890123\n0,9007199254740995,12345678901234567890124\n1,5,7\n'));
  assert.equal(of('a').type, 'number');
  assert.equal(of('a').most, '9007199254740995');
  assert.deepEqual(of('b').top_values.toSorted?.() ?? [...of('b').top_values].sort(), ['12345678901234567890123', '12345678901234567890124', '7']);
});

test('read: names that differ in case only are told apart, with a note', () => {
  const { report } = columns(file('case.csv', 'y,X,x\n1,2,3\n0,3,4\n'));
  assert.ok(report.data.notes.some((n) => n.includes("column 'x' is called")), report.data.notes.join());
});

test('read: JSON array, JSON lines; structures become columns, lists are left out with a note', () => {
  const { report, of } = columns(file('array.json', '[{"y":1,"s":{"a":1,"b":"q"},"l":[1,2]},{"y":0,"s":{"a":2,"b":"r"},"l":[]}]'));
  assert.equal(of('s.a').most, '2');
  assert.deepEqual(of('s.b').top_values, ['q', 'r']);
  assert.ok(report.data.notes.some((n) => n.includes("'l' is a list")), report.data.notes.join());
  assert.equal(columns(file('lines.jsonl', '{"y":1,"x":2.5}\n{"y":0,"x":null}\n')).of('x').missing, 1);
});

test('read: several files by a pattern, in order of their names', () => {
  mkdirSync(join(folder, 'parts'));
  writeFileSync(join(folder, 'parts', '2.csv'), 'y,x\n1,c\n');
  writeFileSync(join(folder, 'parts', '1.csv'), 'y,x\n1,a\n0,b\n');
  const whole = columns(file('whole.csv', 'y,x\n1,a\n0,b\n1,c\n')).report;
  const parts = columns(join(folder, 'parts', '*.csv')).report;
  assert.equal(parts.data.rows, 3);
  assert.equal(parts.data.fingerprint, whole.data.fingerprint);
});

test('read: 1,000,000 categories', () => {
  const { of } = columns(file('categories.csv', many((i) => `${i % 2},c${i}`, 1_000_000)));
  assert.equal(of('x').distinct, 1_000_000);
});

test('a text column of numbers with a few words is named', () => {
  const { report } = columns(file('early-mixed.csv', many((i) => (i === 60 ? '0,n/a' : `${i % 2},${i}`))));
  const alert = report.alerts.find((a) => a.kind === 'mixed_types');
  assert.ok(alert && alert.column === 'x' && alert.message.includes("'n/a'") && alert.message.includes('row 61'), JSON.stringify(report.alerts));
});

test('a time column with values that are no times is refused as --time, naming the row', () => {
  const run = understand(file('early-no-time.csv', many((i) => (i === 60 ? '0,soon' : `${i % 2},2001-01-0${1 + (i % 9)}`))), '--time', 'x');
  assert.equal(run.status, 2);
  assert.ok(run.stderr.includes("row 61") && run.stderr.includes("'soon'"), run.stderr);
});

test('--sample takes the rows it says, and the same ones again', () => {
  const path = file('sampled.csv', many((i) => `${i % 2},${i}`));
  const a = columns(path, '--sample', '1000').report;
  assert.equal(a.data.rows, 1000);
  assert.ok(a.data.notes.some((n) => n.includes('a random sample of 1,000 of 50,000 rows (seed 42)')), a.data.notes.join());
  assert.equal(columns(path, '--sample', '1000').report.data.fingerprint, a.data.fingerprint);
  assert.notEqual(columns(path, '--sample', '1000', '--seed', '7').report.data.fingerprint, a.data.fingerprint);
});
