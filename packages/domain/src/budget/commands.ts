/** `id` is `budgetId(projectId)`. */
export interface BudgetCommand {
  readonly type: 'SetBudget';
  readonly id: string;
  readonly projectId: string;
  /** Null takes the limit away. */
  readonly monthlyUsdMicros: number | null;
  readonly reason: string;
}
