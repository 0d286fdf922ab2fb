/** The tables of the database, for the query builder. */
export interface Database {}
