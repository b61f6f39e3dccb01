import { Controller, Sse, type MessageEvent } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Observable } from 'rxjs';
import { Changes } from './changes.ts';

/** Pause between two signs of life, below the idle limits of common proxies. */
const signOfLifeMs = 15_000;

/** Live updates by server-sent events. */
@ApiTags('changes')
@Controller('api/v1')
export class ChangesController {
  constructor(private readonly changes: Changes) {}

  /** Sends the counters at once and whenever one has moved; `ping` events keep the line open. */
  @Sse('events')
  @ApiOperation({ summary: 'Live: counters that move when something new was told' })
  @ApiOkResponse({ description: 'Events of type `change` with the counters as JSON.' })
  follow(): Observable<MessageEvent> {
    return new Observable<MessageEvent>((subscriber) => {
      const leave = this.changes.follow({
        tell: (data) => subscriber.next({ type: 'change', data }),
        end: () => subscriber.complete(),
      });
      const ping = setInterval(() => subscriber.next({ type: 'ping', data: '' }), signOfLifeMs);
      return () => {
        clearInterval(ping);
        leave();
      };
    });
  }
}
