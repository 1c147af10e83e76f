/** What a file in this folder exports: one command of `framewarden`. */
export interface Command {
  /** As typed: `check-config`. */
  readonly name: string
  /** Arguments after the program's name: `check-config FILE [--json]`. */
  readonly usage: string
  /** One line for the list of commands, no full stop. */
  readonly summary: string
  /** What the command does, its options and one example; printed below usage and summary. */
  readonly help: string
  /**
   * Does the work; `argv` is what follows the command's name. Resolves to the exit code (exit.ts): 0 done,
   * 1 the work failed, 2 usage or config wrong, 3 scan found an incident. A thrown FwError is printed and mapped by dispatch.
   * `output` aborts when nobody takes the results any more: a command that runs for long stops, with the code that is due.
   */
  run(argv: readonly string[], output?: AbortSignal): Promise<number>
}
