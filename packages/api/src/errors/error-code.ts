/** What a code means: the status that it is answered with, why it comes, and what to do about it. */
export interface CodeMeaning {
  readonly status: number;
  readonly cause: string;
  readonly remedy: string;
}

export const meaning = <S extends number>(status: S, cause: string, remedy: string) => ({
  status,
  cause,
  remedy,
});
