import type { Arena } from './arena.js';
import { ALONE, type Team } from './operator.js';

/**
 * One worker's place in a team, with what the engine needs beyond what operators see. Every member calls the same methods
 * in the same order.
 */
export interface Member extends Team {
  /** Returns when every member has come here. @throws Stopped when the team broke up */
  meet(): void;
  /** What `act` returns in member 0; it is not called in the others, which wait. @throws Stopped as `meet` */
  lead(act: () => number): number;
  /** Seconds spent waiting for other members so far. */
  readonly waitSeconds: number;
}

/** The only member of its team. */
export const BY_ITSELF: Member = { ...ALONE, meet: () => undefined, lead: (act) => act(), waitSeconds: 0 };

/** A worker's place in a team with the memory window that all members take space of alike. */
export interface SharedPlace {
  readonly member: Member;
  /** Each member has an arena of its own over the same window: the same steps give the same addresses. */
  readonly arena: Arena;
}
