/**
 * Models that are there without training. `prior`: how far the model trusts the words of a label, its ability before
 * it is taught.
 */
export interface BaseModel {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly created: number;
  readonly kind: 'chat' | 'embedding';
  readonly prior: number;
}

export const BASE_MODELS: readonly BaseModel[] = [
  { id: 'gpt-4.1-nano-2025-04-14', aliases: ['gpt-4.1-nano'], created: 1744321025, kind: 'chat', prior: 3 },
  { id: 'gpt-4.1-mini-2025-04-14', aliases: ['gpt-4.1-mini'], created: 1744317547, kind: 'chat', prior: 4 },
  { id: 'gpt-4.1-2025-04-14', aliases: ['gpt-4.1'], created: 1744315746, kind: 'chat', prior: 5 },
  { id: 'gpt-4o-mini-2024-07-18', aliases: ['gpt-4o-mini'], created: 1721172717, kind: 'chat', prior: 3.5 },
  { id: 'text-embedding-3-small', aliases: [], created: 1705948997, kind: 'embedding', prior: 0 },
];

export const baseModel = (id: string): BaseModel | undefined =>
  BASE_MODELS.find((model) => model.id === id || model.aliases.includes(id));
