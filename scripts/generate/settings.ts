/**
 * What can be set from the environment: read from the schemas and options that read it, so that the page cannot say
 * otherwise.
 */
import { Config as CommandApi } from '@ftm/command-api/config';
import { createProgram } from '@ftm/cli/program';
import { Config as Projector, RestoreConfig } from '@ftm/projector/config';
import { Config as Runners } from '@ftm/runners/config';

export interface Setting {
  readonly name: string;
  /** Who reads it. */
  readonly of: readonly string[];
  /** What may be said. */
  readonly allowed: string;
  /** What holds when nothing is said; `needed`: then it does not start. */
  readonly fallback: string;
  readonly meaning: string;
}

/** As much of a schema as is needed: zod's own object has it. */
interface Configuration {
  toJSONSchema(options: { io: 'input' }): { properties?: unknown; required?: readonly string[] };
}

/** As much of a command line as is needed: commander's own command has it. */
interface CommandLine {
  readonly commands: readonly CommandLine[];
  readonly options: readonly {
    readonly envVar?: string | undefined;
    readonly long?: string | null | undefined;
    readonly description: string;
    readonly defaultValue?: unknown;
    readonly defaultValueDescription?: string | undefined;
    readonly mandatory: boolean;
  }[];
}

/** The part of JSON Schema that settings are described by. */
interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

const SERVICES: Readonly<Record<string, Configuration>> = {
  'command-api': CommandApi,
  projector: Projector,
  runners: Runners,
  restore: RestoreConfig,
};

export const serviceSettings = (): Setting[] =>
  merged(Object.entries(SERVICES).flatMap(([service, schema]) => settingsOf(service, schema)));

export const commandSettings = async (): Promise<Setting[]> => merged(optionsOf(await createProgram()));

/** @throws Error for a setting that does not say what it is for */
export function settingsOf(service: string, schema: Configuration): Setting[] {
  const { properties, required = [] } = schema.toJSONSchema({ io: 'input' });
  return Object.entries(properties as Record<string, Property>).map(([name, property]) => {
    const { description } = property;
    if (description === undefined)
      throw new Error(`${name} of ${service} has no description: .describe() it`);
    return {
      name,
      of: [service],
      allowed: allowedBy(property),
      fallback: required.includes(name) ? 'needed' : shown(property.default),
      meaning: description,
    };
  });
}

function allowedBy({ type, format, pattern, minLength, minimum, maximum, ...rest }: Property): string {
  if (rest.enum !== undefined) return rest.enum.map((each) => `\`${each}\``).join(', ');
  if (format === 'uri') return 'URL';
  if (pattern !== undefined) return `\`${pattern}\``;
  if (type === 'string')
    return minLength === undefined || minLength === 1 ? 'text' : `text of ${minLength} or more`;
  const bounds = [minimum, maximum].filter(
    (each) => each !== undefined && Math.abs(each) < Number.MAX_SAFE_INTEGER,
  );
  const kind = type === 'integer' ? 'integer' : 'number';
  if (bounds.length === 2) return `${kind}, ${bounds.join(' to ')}`;
  return bounds.length === 1 ? `${kind} from ${bounds[0] ?? ''}` : kind;
}

function optionsOf(command: CommandLine): Setting[] {
  const own = command.options.flatMap((option) =>
    option.envVar === undefined
      ? []
      : [
          {
            name: option.envVar,
            of: ['ftm'],
            allowed: `\`${option.long ?? ''}\``,
            fallback: option.mandatory
              ? 'needed'
              : shown(option.defaultValueDescription ?? option.defaultValue),
            meaning: `${option.description.charAt(0).toUpperCase()}${option.description.slice(1)}.`,
          },
        ],
  );
  return [...own, ...command.commands.flatMap(optionsOf)];
}

/** One line for all who read a setting in the same way. */
function merged(settings: readonly Setting[]): Setting[] {
  const lines = new Map<string, Setting>();
  for (const setting of settings) {
    const key = JSON.stringify({ ...setting, of: undefined });
    const of = new Set([...(lines.get(key)?.of ?? []), ...setting.of]);
    lines.set(key, { ...setting, of: [...of] });
  }
  return [...lines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
