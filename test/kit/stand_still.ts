/** Lets nothing else happen in this process for so many milliseconds. */
export function standStill(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
