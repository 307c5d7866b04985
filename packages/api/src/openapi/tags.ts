/** What the document sorts operations by, in the order of work. */
export const TAGS = {
  datasets:
    'Training data, built from recorded traces, uploads or earlier datasets: validated, deduplicated, sanitised by TRiSM before anything is stored, compared with the eval suites, split, counted and priced.',
  'eval suites':
    'Cases and graders that models are asked with. A version never changes once it is published.',
  'eval runs':
    'A suite, asked of a model: answers, scores with confidence intervals, and a paired comparison with a baseline.',
  'fine-tune jobs':
    'Fine-tuning at the provider: estimated, gated, approved, sent exactly once, followed, costed. A job that succeeds registers its model.',
  'model versions':
    'The registry: what every model was made of, how it was evaluated, where it is live; and the evidence of all that.',
  promotions: 'Making a model version live, by two people, on evidence.',
  'production pointers':
    'Which model version is live for an assistant, a project or everybody, now and at any time before.',
  monitoring: 'Schedules by which live models are evaluated again, and what is done about a regression.',
  tenant: 'The end of a tenant: two admins decide it, and all its data keys are destroyed.',
  pricing: 'What a million tokens cost, dated and sourced.',
  budgets: 'What a project may spend on training in a month.',
  'budget months': 'What of a month’s budget is spent and held.',
  costs: 'What was spent, beside what was expected.',
  audit:
    'The log itself: every event, the state of anything at any time, and proofs that nothing was dropped or edited.',
} as const;
export type Tag = keyof typeof TAGS;
