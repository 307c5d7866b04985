import { latest, type AvroRecord, type AvroType, type EventSchema } from './read-schemas.ts';

/** The catalogue of events as a page: what each says, field by field. */
export function eventsPage(schemas: readonly EventSchema[]): string {
  const lines = [
    '# Events',
    '',
    'Generated from `schemas/` by `npm run generate`. The envelope that every event travels in is described in',
    '[architecture](../architecture.md#the-log).',
    '',
  ];
  const events = latest(schemas);
  for (const aggregate of [...new Set(events.map((event) => event.aggregate))]) {
    lines.push(`## ${aggregate}`, '');
    for (const event of events.filter((each) => each.aggregate === aggregate)) {
      lines.push(
        `### ${event.name}`,
        '',
        event.schema.doc ?? '',
        '',
        `\`${event.schema.namespace}.${event.name}\`, version ${event.version} · [schema](../../${event.file})`,
        '',
      );
      lines.push('| field | type | what |', '|---|---|---|');
      for (const field of event.schema.fields)
        lines.push(`| \`${field.name}\` | ${describe(field.type)} | ${field.doc ?? ''} |`);
      lines.push('');
    }
  }
  const records = nestedRecords(events);
  lines.push('## Shared records', '');
  for (const record of records) {
    lines.push(`### ${record.name}`, '', record.doc ?? '', '', '| field | type | what |', '|---|---|---|');
    for (const field of record.fields)
      lines.push(`| \`${field.name}\` | ${describe(field.type)} | ${field.doc ?? ''} |`);
    lines.push('');
  }
  return lines.join('\n');
}

function describe(type: AvroType): string {
  if (typeof type === 'string') return type.split('.').at(-1) ?? type;
  if (isUnion(type))
    return (
      type
        .map(describe)
        .filter((each) => each !== 'null')
        .join(' or ') + ', or null'
    );
  if (type.type === 'record') return `[${type.name}](#${type.name.toLowerCase()})`;
  if (type.type === 'array') return `list of ${describe(type.items)}`;
  return type['ftm.values']?.map((value) => `\`${value}\``).join(' ') ?? type.logicalType ?? type.type;
}

function nestedRecords(events: readonly EventSchema[]): AvroRecord[] {
  const found = new Map<string, AvroRecord>();
  const visit = (type: AvroType): void => {
    if (typeof type === 'string') return;
    if (isUnion(type)) type.forEach(visit);
    else if (type.type === 'array') visit(type.items);
    else if (type.type === 'record') {
      found.set(type.name, type);
      type.fields.forEach((field) => visit(field.type));
    }
  };
  for (const event of events) event.schema.fields.forEach((field) => visit(field.type));
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);
