/** Words of the instance's own chain in the journal, for routes that write them in the transaction of what they change. */
export { writeInstance } from '#db/instance-journal.ts';
