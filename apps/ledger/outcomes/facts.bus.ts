/** Questions about incidents, outcomes and draws, answered from their view. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type {
  DrawFilters,
  DrawsAnswer,
  IncidentAnswer,
  IncidentFilters,
  IncidentsAnswer,
  OutcomeFilters,
  OutcomesAnswer,
} from '../../../libs/views/facts/facts.ts';
import type { Views } from '../../../libs/views/views.ts';
import { VIEWS } from '../parts.ts';

export class SearchIncidents extends BusQuery<IncidentsAnswer> {
  readonly book: string;
  readonly filters: IncidentFilters;
  constructor(book: string, filters: IncidentFilters) {
    super();
    this.book = book;
    this.filters = filters;
  }
}

export class FindIncident extends BusQuery<IncidentAnswer> {
  readonly book: string;
  readonly incident: string;
  constructor(book: string, incident: string) {
    super();
    this.book = book;
    this.incident = incident;
  }
}

export class SearchOutcomes extends BusQuery<OutcomesAnswer> {
  readonly book: string;
  readonly filters: OutcomeFilters;
  constructor(book: string, filters: OutcomeFilters) {
    super();
    this.book = book;
    this.filters = filters;
  }
}

export class SearchDraws extends BusQuery<DrawsAnswer> {
  readonly book: string;
  readonly filters: DrawFilters;
  constructor(book: string, filters: DrawFilters) {
    super();
    this.book = book;
    this.filters = filters;
  }
}

@QueryHandler(SearchIncidents)
export class SearchIncidentsHandler implements IQueryHandler<SearchIncidents> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, filters }: SearchIncidents): Promise<IncidentsAnswer> {
    return this.#views.incidents(book, filters);
  }
}

@QueryHandler(FindIncident)
export class FindIncidentHandler implements IQueryHandler<FindIncident> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, incident }: FindIncident): Promise<IncidentAnswer> {
    return this.#views.incident(book, incident);
  }
}

@QueryHandler(SearchOutcomes)
export class SearchOutcomesHandler implements IQueryHandler<SearchOutcomes> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, filters }: SearchOutcomes): Promise<OutcomesAnswer> {
    return this.#views.outcomes(book, filters);
  }
}

@QueryHandler(SearchDraws)
export class SearchDrawsHandler implements IQueryHandler<SearchDraws> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, filters }: SearchDraws): Promise<DrawsAnswer> {
    return this.#views.draws(book, filters);
  }
}

export const FACTS_HANDLERS = [
  SearchIncidentsHandler,
  FindIncidentHandler,
  SearchOutcomesHandler,
  SearchDrawsHandler,
];
