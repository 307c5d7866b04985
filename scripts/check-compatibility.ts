/**
 * Every version of an event must be readable by the readers of every other one, both ways (FULL_TRANSITIVE): the log
 * is for ever. The registry refuses what is not; this says so before anything runs.
 */
import process from 'node:process';
import avro from 'avsc';
import { readSchemas, type EventSchema } from './generate/read-schemas.ts';

const schemas = readSchemas('schemas');
const byName = new Map<string, EventSchema[]>();
for (const schema of schemas) byName.set(schema.name, [...(byName.get(schema.name) ?? []), schema]);

const problems: string[] = [];
const reads = (reader: EventSchema, writer: EventSchema): void => {
  try {
    avro.Type.forSchema(reader.schema as avro.Schema).createResolver(
      avro.Type.forSchema(writer.schema as avro.Schema),
    );
  } catch (error) {
    problems.push(
      `${reader.file} cannot read what ${writer.file} wrote: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
for (const versions of byName.values()) {
  versions.forEach((schema, index) => {
    if (schema.version !== index + 1) problems.push(`${schema.file}: version ${index + 1} is missing`);
    for (const other of versions) if (other !== schema) reads(schema, other);
  });
}
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${schemas.length} schemas of ${byName.size} events are compatible`);
process.exit(problems.length === 0 ? 0 : 1);
