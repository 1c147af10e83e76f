import { describe, expect, it } from 'vitest'
import { LEVEL_FEATURES } from '../../src/core/level.js'
import { type JudgeOptions, judgePicture, type Nets, type Rule } from '../../src/inference/chain.js'
import { grey } from './pictures.js'

const calibration = {
  frames: 999,
  quantiles: [
    [0, -10],
    [1, 0],
  ] as const,
  tail: { u: 0, z: 0.001, xi: 0, beta: 1 },
}
const rule: Rule = {
  thresholds: { suspicious: 1, flagged: 2 },
  calibration: { cascade: calibration, full: calibration },
}
const cascade: JudgeOptions = { mode: 'cascade', purify: true, maxPasses: 3 }
const picture = grey(0)

/** Networks that say what they are given and count: C gives `scores` in turn, M takes `step` from each byte. */
function reported(screen: number, scores: readonly number[], step = 10): Nets & { runs(): number; looks(): number } {
  let [runs, looks] = [0, 0]
  return {
    runs: () => runs,
    looks: () => looks,
    async screen() {
      looks++
      return { score: screen }
    },
    async chain({ pixels }) {
      const score = scores[runs++]
      if (score === undefined) throw new Error('one run too many')
      return { purified: pixels.map((v) => v - step), score, level: 0.03 }
    },
  }
}

describe('cascade', () => {
  it('leaves a frame to the screen while it is not suspicious', async () => {
    const nets = reported(0.9, [])
    const verdict = await judgePicture(nets, rule, picture, cascade)
    expect(verdict).toEqual({
      kind: 'clean',
      passes: 0,
      score: { logit: 0.9, screenLogit: 0.9, p: 0.001 * Math.exp(-0.9) },
    })
  })

  it('scores a suspicious frame by the classifier, which may acquit it', async () => {
    const verdict = await judgePicture(reported(5, [1.9]), rule, picture, cascade)
    expect(verdict).toMatchObject({
      kind: 'clean',
      passes: 0,
      score: { logit: 1.9, screenLogit: 5, chainLogit: 1.9, level: 0.03 },
    })
  })

  it('tells a level by the bundle’s model, where there is one, of perturbed frames alone', async () => {
    const model = { centre: Array(LEVEL_FEATURES).fill(0), scale: Array(LEVEL_FEATURES).fill(1), hidden: [] }
    const says = { ...model, level: [Math.log(8)], error: [Math.log(0.1)], most_error: 0.2 }
    const level = async (of: Rule['level'], scores: readonly number[], mode: 'cascade' | 'full' = 'cascade') =>
      (await judgePicture(reported(5, scores), { ...rule, level: of }, picture, { ...cascade, mode })).score.level
    expect(await level(says, [2, 0])).toBeCloseTo(8 / 255, 9)
    expect(await level(says, [2, 0], 'full')).toBeCloseTo(8 / 255, 9)
    expect(await level({ ...says, error: [Math.log(0.3)] }, [2, 0])).toBeUndefined()
    expect(await level(says, [1])).toBeUndefined()
    expect(await level(null, [2, 0])).toBeUndefined()
  })

  it('flags by the threshold given instead of the bundle’s', async () => {
    const verdict = await judgePicture(reported(5, [1.9, 0]), rule, picture, { ...cascade, threshold: 1.5 })
    expect(verdict.kind).toBe('perturbed')
  })
})

describe('full', () => {
  it('asks mapping network and classifier on each frame and the screen never', async () => {
    const nets = reported(9, [-3])
    const verdict = await judgePicture(nets, rule, picture, { ...cascade, mode: 'full' })
    expect(verdict).toMatchObject({ kind: 'clean', score: { logit: -3, chainLogit: -3 } })
    expect([nets.looks(), nets.runs(), verdict.score.screenLogit]).toEqual([0, 1, undefined])
  })
})

describe('the screen alone', () => {
  const screen: JudgeOptions = { ...cascade, mode: 'screen' }

  it('never asks the chain: what is suspicious to it stays that, neither clean nor perturbed', async () => {
    const nets = reported(5, [])
    const verdict = await judgePicture(nets, rule, picture, screen)
    expect(verdict).toMatchObject({ kind: 'suspicious', passes: 0, score: { logit: 5, screenLogit: 5 } })
    expect(verdict.score.chainLogit).toBeUndefined()
    expect([nets.looks(), nets.runs()]).toEqual([1, 0])
  })

  it('calls the rest clean, by the same calibration as cascade', async () => {
    const verdict = await judgePicture(reported(0.9, []), rule, picture, screen)
    expect(verdict).toEqual(await judgePicture(reported(0.9, []), rule, picture, cascade))
  })
})

describe('purifying', () => {
  it.each([
    { what: 'ends with the first pass that is clean', scores: [8, 0], passes: 1 },
    { what: 'goes on while the classifier is not content', scores: [8, 5, 1], passes: 2 },
    { what: 'takes the last pass, unscored, where scores fell all the way', scores: [8, 6, 4], passes: 3 },
    { what: 'goes back to the lowest where a pass scores higher', scores: [8, 5, 6], passes: 1 },
  ])('$what', async ({ scores, passes }) => {
    const nets = reported(5, scores)
    const verdict = await judgePicture(nets, rule, picture, cascade)
    if (verdict.kind !== 'perturbed') throw new Error(verdict.kind)
    expect(verdict.passes).toBe(passes)
    expect(verdict.purified[0]).toBe(picture.pixels[0]! - 10 * passes)
    expect(verdict.score.logit).toBe(8)
    expect(nets.runs()).toBe(scores.length)
  })

  it('stops where the mapping network changes nothing any more', async () => {
    const nets = reported(5, [8, 7], 0)
    const verdict = await judgePicture(nets, rule, picture, cascade)
    expect([verdict.kind, nets.runs()]).toEqual(['perturbed', 2])
  })

  it.each([1, 2, 3, 8])('never runs the chain oftener than max_passes = %i', async (maxPasses) => {
    const nets = reported(
      5,
      Array.from({ length: maxPasses }, (_, i) => 100 - i),
    )
    const verdict = await judgePicture(nets, rule, picture, { ...cascade, maxPasses })
    expect([nets.runs(), verdict.kind === 'perturbed' && verdict.passes]).toEqual([maxPasses, maxPasses])
  })

  it('switched off costs one run', async () => {
    const nets = reported(5, [8])
    const verdict = await judgePicture(nets, rule, picture, { ...cascade, purify: false })
    expect(verdict).toMatchObject({ kind: 'perturbed', passes: 1 })
  })

  it('never writes into the picture', async () => {
    const own = grey(16)
    const before = own.pixels.slice()
    await judgePicture(reported(5, [8, 7, 6]), rule, own, cascade)
    expect(own.pixels).toEqual(before)
  })

  it('says where: the box of the map', async () => {
    const cells = new Float32Array(64).fill(-5)
    for (const i of [9, 10, 17, 18]) cells[i] = 5
    const nets: Nets = {
      screen: async () => ({ score: 5 }),
      chain: async ({ pixels }) => ({ purified: pixels, score: 5, level: 0.1, map: { cells, columns: 8, rows: 8 } }),
    }
    const verdict = await judgePicture(nets, rule, picture, cascade)
    expect(verdict).toMatchObject({ score: { box: [0.125, 0.125, 0.25, 0.25] } })
  })
})
