/** Which cameras a configuration can do without: those that alone have mistakes. Pure. */
import type { ConfigProblem } from './problem.js'

/** A camera that is left out, by its id, or its place in the list where that is wrong, too. */
export interface LeftOutCamera {
  readonly camera: string
  readonly problems: readonly ConfigProblem[]
}

const OF_CAMERA = /^cameras\[(\d+)\]/

/** Places of the cameras that have all of `problems`; undefined: something else is wrong as well. */
export function camerasAtFault(problems: readonly ConfigProblem[]): ReadonlySet<number> | undefined {
  const places = problems.map(({ path }) => OF_CAMERA.exec(path)?.[1])
  return places.includes(undefined) ? undefined : new Set(places.map(Number))
}

export function leftOutCamera(id: unknown, place: number, problems: readonly ConfigProblem[]): LeftOutCamera {
  const own = problems.filter(({ path }) => OF_CAMERA.exec(path)?.[1] === String(place))
  return { camera: typeof id === 'string' && id !== '' ? id : `cameras[${place}]`, problems: own }
}
