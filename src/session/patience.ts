/**
 * Time limits for what a peer has to do, which are fair to a peer whose answer
 * lies unread: timers come before what can be read, so that a program that
 * kept its event loop busy for as long would take everybody for silent.
 *
 * @module
 */

import type { Clock, Timer } from "../base/clock.ts";

/** Milliseconds by which a timer that is not late may be late. */
const PUNCTUAL = 20;
/**
 * Milliseconds in which what arrived while the program or the system kept us
 * from reading is read.
 */
const CATCH_UP = 50;

/**
 * Sets a timer that keeps no process running, and that gives what has arrived
 * the time to be read when it is late.
 *
 * @param grace milliseconds that it waits then; more where the peer has yet
 * to answer what we could not say.
 */
export function setPatientTimer(
  clock: Clock,
  callback: () => void,
  delay: number,
  grace: number = CATCH_UP,
): Timer {
  const due = clock.now() + delay;
  const set = (callback: () => void, delay: number) => {
    const timer = clock.setTimer(callback, delay);
    timer.hold(false);
    return timer;
  };
  let timer = set(() => {
    if (clock.now() <= due + PUNCTUAL) callback();
    else timer = set(callback, grace);
  }, delay);
  return {
    cancel: () => timer.cancel(),
    hold: (keepsProcess) => timer.hold(keepsProcess),
  };
}
