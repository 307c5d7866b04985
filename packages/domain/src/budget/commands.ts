/** `id` is `budgetId(projectId)`. Holds are placed and settled by what happens to fine-tune jobs, in the same append. */
export interface BudgetCommand {
  readonly type: 'SetBudget';
  readonly id: string;
  readonly projectId: string;
  /** Null takes the limit away. */
  readonly monthlyUsdMicros: number | null;
  readonly reason: string;
}
