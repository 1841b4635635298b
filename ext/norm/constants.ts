/**
 * Numbers of libnorm 1.5, from its header.
 *
 * @module
 */

/** An id that no node can have: it asks for one made of the host's address. */
export const NODE_ANY = 0xffffffff;

/** The kind of object that messages are sent in. */
export const OBJECT_STREAM = 3;

/** Has a sender say at once that there is nothing more for now. */
export const FLUSH_ACTIVE = 2;

/** A receiver begins with what the sender sends now. */
export const SYNC_CURRENT = 0;

/** What the library tells of. */
export const Event = {
  TX_QUEUE_VACANCY: 1,
  TX_QUEUE_EMPTY: 2,
  REMOTE_SENDER_NEW: 10,
  REMOTE_SENDER_ACTIVE: 13,
  REMOTE_SENDER_INACTIVE: 14,
  RX_OBJECT_NEW: 17,
  RX_OBJECT_UPDATED: 19,
  RX_OBJECT_COMPLETED: 20,
  RX_OBJECT_ABORTED: 21,
  CC_ACTIVE: 24,
  CC_INACTIVE: 25,
} as const;
