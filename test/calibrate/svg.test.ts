import { expect, test } from 'vitest'
import { calibrationSvg } from '../../src/calibrate/svg.js'

const figures = {
  histogram: { from: 0, to: 1, counts: [5, 0, 10, 0] },
  quantiles: { p1: 0, p50: 0.5, p99: 1, max: 1 },
  tau: { observations: 1, seconds: 0.2 },
  margin: 1.5,
}

test('a picture has a bar for each bin with values, and the margin as far over the median as it is', () => {
  const svg = calibrationSvg({ camera: 'door', signals: { screen: figures, chain: figures, noise: figures } })
  // the axis goes on to 0.5 + 1.5: bins are 75 of 600 pixels wide, from 40 on
  expect(svg).toContain('<rect x="40.0" y="130.0" width="75.0" height="60.0" fill="#47a"/>')
  expect(svg).toContain('<rect x="190.0" y="70.0" width="75.0" height="120.0" fill="#47a"/>')
  expect(svg.match(/fill="#47a"/g)).toHaveLength(6)
  expect(svg.match(/M640\.0 /g)).toHaveLength(3)
  expect(svg).toContain('>2.00</text>')
})
