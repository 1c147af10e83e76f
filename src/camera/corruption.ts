/** What ffmpeg says about lost and damaged data, and how long its pictures are unfit to raise an alarm. */

/**
 * Decoding goes on after lost packets and flipped bits, with as many frames as before (150 flipped bits: 900 of 900);
 * only these messages tell. Seen on 4.1, 5.1 and 9.0.
 */
const CORRUPT =
  /RTP: missed \d+ packets|max delay reached|error while decoding MB|cabac decode of|(left|top) block unavailable|corrupt (decoded|input)|concealing \d+|mb_type \d+ in|negative number of zero coeffs|out of range intra|Invalid (NAL|level prefix)|reference .* missing|Could not find ref with POC|PPS id out of range|non-existing PPS|error while decoding (frame|stream)|Error submitting packet to decoder|Packet corrupt|no frame!|overread|slice type \d+ too large|deblocking_filter_idc|Missing reference picture|First slice in a frame missing|The cu_qp_delta/i

/** Whether a line of stderr reports lost or damaged data in the running stream. */
export function isCorruption(line: string): boolean {
  return CORRUPT.test(line)
}

/** A damaged picture is mended by the next key frame; without one, cameras of 1/s to 0.5/s key frames, after this. */
export const DAMAGED_MS = 2000
