/** Something that can be killed or stopped as a whole: a process of the product, or a part of its surroundings. */
export class Actor {
  readonly name: string;
  isAlive = true;
  isStopped = false;
  /** What its wall clock is ahead of true time. */
  clockOffsetMs = 0;
  /** What it would have noticed while it was stopped. */
  readonly missed: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }
}
