/** A content hash of a made-up picture. */
export function fakeId(number: number): string {
  return number.toString(16).padStart(64, '0');
}
