/** Exit codes of all commands. Scripts rely on them: none changes its meaning. `incident` is scan's. */
export const EXIT = { done: 0, failed: 1, usage: 2, incident: 3 } as const
