// TypeScript types of the reports, from the schemas that the program prints (schema/*.schema.json). The schemas use few
// forms (src/evidence/describe.h); any other form is an error here.
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';

const folder = new URL('../../schema/', import.meta.url);
const out = new URL('../src/generated/', import.meta.url);

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.replace('#/$defs/', '');
  if (schema.allOf) return typeOf(schema.allOf[0]);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map((name) => JSON.stringify(name)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  switch (schema.type) {
    case 'array': return `Array<${typeOf(schema.items)}>`;
    case 'object': return `Record<string, ${typeOf(schema.additionalProperties)}>`;
    case 'integer': return 'number';
    case 'number': case 'string': case 'boolean': case 'null': return schema.type;
    case undefined: return 'unknown';
    default: throw new Error(`no TypeScript type for ${JSON.stringify(schema)}`);
  }
}

const interfaces = new Map();
for (const file of readdirSync(folder).sort()) {
  const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  for (const [name, definition] of Object.entries(schema.$defs)) {
    const members = Object.entries(definition.properties).map(([key, value]) => `  /** ${value.description} */\n  ${key}: ${typeOf(value)};`);
    interfaces.set(name, `export interface ${name} {\n${members.join('\n')}\n}`);
  }
}
mkdirSync(out, { recursive: true });
writeFileSync(new URL('reports.ts', out), `// Made from schema/ by scripts/make-types.mjs; do not edit.\n\n${[...interfaces.values()].join('\n\n')}\n`);
