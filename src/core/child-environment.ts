/** What a child gets of our environment, which may hold secrets: the variables whose names `passedOn` matches. */
export function childEnvironment(env: NodeJS.ProcessEnv, passedOn: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => passedOn.test(name)))
}
