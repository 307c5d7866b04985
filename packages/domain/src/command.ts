import type { TenantId } from '@ftm/contracts/ids';
import type { BudgetCommand } from './budget/commands.ts';
import type { DatasetCommand } from './dataset/commands.ts';
import type { EvalRunCommand } from './eval-run/commands.ts';
import type { EvalSuiteCommand } from './eval-suite/commands.ts';
import type { FineTuneCommand } from './fine-tune/commands.ts';
import type { ModelVersionCommand } from './model-version/commands.ts';
import type { PricingCommand } from './pricing/commands.ts';
import type { ProductionPointerCommand } from './production-pointer/commands.ts';
import type { PromotionCommand } from './promotion/commands.ts';
import type { ReEvalCommand } from './re-eval/commands.ts';
import type { TenantCommand } from './tenant/commands.ts';

/** Everything that FTM can be told to do. `id` is the UUID of the stream that the command is about. */
export type Command =
  | DatasetCommand
  | EvalSuiteCommand
  | EvalRunCommand
  | FineTuneCommand
  | ModelVersionCommand
  | PromotionCommand
  | ProductionPointerCommand
  | ReEvalCommand
  | TenantCommand
  | PricingCommand
  | BudgetCommand;

/** Who tells it, and when: time and identity come from outside, so that deciding is pure. */
export interface CommandMeta {
  readonly tenantId: TenantId;
  /** Subject of the principal, or `runner:<name>`. */
  readonly actor: string;
  /** ISO 8601 with milliseconds. */
  readonly now: string;
}
