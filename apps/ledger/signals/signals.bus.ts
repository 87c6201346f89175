/** The question for the signals of a span, answered from the view of conduct. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { SignalsAnswer, SignalsQuestion } from '../../../libs/views/conduct/conduct.ts';
import type { Views } from '../../../libs/views/views.ts';
import { VIEWS } from '../parts.ts';

export class AskSignals extends BusQuery<SignalsAnswer> {
  readonly book: string;
  readonly question: SignalsQuestion;
  constructor(book: string, question: SignalsQuestion) {
    super();
    this.book = book;
    this.question = question;
  }
}

@QueryHandler(AskSignals)
export class AskSignalsHandler implements IQueryHandler<AskSignals> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, question }: AskSignals): Promise<SignalsAnswer> {
    return this.#views.signals(book, question);
  }
}
