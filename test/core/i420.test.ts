import { spawnSync } from 'node:child_process'
import { path as ffmpeg } from '@ffmpeg-installer/ffmpeg'
import { expect, test } from 'vitest'
import { i420ToRgb } from '../../src/core/i420.js'

function one(y: number, u: number, v: number): number[] {
  return [...i420ToRgb(Uint8Array.from([y, y, y, y, u, v]), 2, 2).subarray(0, 3)]
}

test('black, white and the primaries of BT.601', () => {
  expect(one(16, 128, 128)).toEqual([0, 0, 0])
  expect(one(235, 128, 128)).toEqual([255, 255, 255])
  expect(one(126, 128, 128)).toEqual([128, 128, 128])
  for (const [yuv, rgb] of [
    [
      [81, 90, 240],
      [255, 0, 0],
    ],
    [
      [145, 54, 34],
      [0, 255, 0],
    ],
    [
      [41, 240, 110],
      [0, 0, 255],
    ],
  ] as const) {
    const got = one(...(yuv as [number, number, number]))
    for (let c = 0; c < 3; c++) expect(Math.abs(got[c]! - rgb[c]!)).toBeLessThanOrEqual(2)
  }
})

test('the same picture as ffmpeg makes of it', () => {
  const [width, height] = [64, 48]
  const source = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=1`, '-frames:v', '1']
  const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error']
  const i420 = spawnSync(ffmpeg, [...quiet, ...source, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-']).stdout
  expect(i420.length).toBe((width * height * 3) / 2)
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-i', '-']
  const rgb = spawnSync(ffmpeg, [...quiet, ...input, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'], {
    input: i420,
  }).stdout
  const ours = i420ToRgb(i420, width, height)
  let worst = 0
  for (let i = 0; i < rgb.length; i++) worst = Math.max(worst, Math.abs(rgb[i]! - ours[i]!))
  expect(worst).toBeLessThanOrEqual(3)
})
