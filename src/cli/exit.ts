/** Exit codes of all commands. Contract: DESIGN. `incident` is scan's. */
export const EXIT = { done: 0, failed: 1, usage: 2, incident: 3 } as const
