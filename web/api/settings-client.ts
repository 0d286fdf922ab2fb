/** The routes that the pages of settings call: apart from the others, because a first view has no use for them. */
import type { RouteOf } from '#api/contract.ts';
import { clientOf } from './client.ts';

const routes = {
  renameApp: ['put', '/api/apps/{app}'],
  listPlatforms: ['get', '/api/apps/{app}/platforms'],
  listIntegrations: ['get', '/api/integrations'],
  changeConnection: ['put', '/api/apps/{app}/connections/{connection}'],
  checkConnection: ['post', '/api/apps/{app}/connections/{connection}/check'],
  removeConnection: ['delete', '/api/apps/{app}/connections/{connection}'],
  openWebhook: ['post', '/api/apps/{app}/connections/{connection}/webhook'],
  closeWebhook: ['delete', '/api/apps/{app}/connections/{connection}/webhook'],
  getPolicy: ['get', '/api/apps/{app}/policy'],
  savePolicy: ['put', '/api/apps/{app}/policy'],
  previewPolicy: ['post', '/api/apps/{app}/policy/preview'],
  checkPolicy: ['post', '/api/policy/check'],
  listPolicyRevisions: ['get', '/api/apps/{app}/policy/revisions'],
  getPolicyDiff: ['get', '/api/apps/{app}/policy/diff'],
  listProposals: ['get', '/api/apps/{app}/policy/proposals'],
  proposePolicy: ['post', '/api/apps/{app}/policy/proposals'],
  getProposal: ['get', '/api/apps/{app}/policy/proposals/{proposal}'],
  approveProposal: ['post', '/api/apps/{app}/policy/proposals/{proposal}/approval'],
  closeProposal: ['post', '/api/apps/{app}/policy/proposals/{proposal}/refusal'],
  listTeams: ['get', '/api/apps/{app}/teams'],
  listRotas: ['get', '/api/apps/{app}/rotas'],
  setRota: ['put', '/api/apps/{app}/rotas/{duty}'],
  removeRota: ['delete', '/api/apps/{app}/rotas/{duty}'],
  listPeople: ['get', '/api/people'],
  setRoles: ['put', '/api/people/{person}/roles/{app}'],
  deactivatePerson: ['post', '/api/people/{person}/deactivation'],
  reactivatePerson: ['delete', '/api/people/{person}/deactivation'],
  removePerson: ['delete', '/api/people/{person}'],
  makePasswordLink: ['post', '/api/people/{person}/password-link'],
  listPersonSessions: ['get', '/api/people/{person}/sessions'],
  endPersonSessions: ['delete', '/api/people/{person}/sessions'],
  listInvitations: ['get', '/api/invitations'],
  invite: ['post', '/api/invitations'],
  revokeInvitation: ['delete', '/api/invitations/{invitation}'],
  getAccess: ['get', '/api/settings/access'],
  setAccess: ['put', '/api/settings/access'],
  listProviders: ['get', '/api/settings/providers'],
  setProvider: ['put', '/api/settings/providers/{provider}'],
  removeProvider: ['delete', '/api/settings/providers/{provider}'],
  checkProvider: ['post', '/api/settings/providers/{provider}/check'],
  listKeys: ['get', '/api/keys'],
  createKey: ['post', '/api/keys'],
  revokeKey: ['delete', '/api/keys/{key}'],
  listReportingKeys: ['get', '/api/apps/{app}/reporting-keys'],
  createReportingKey: ['post', '/api/apps/{app}/reporting-keys'],
  revokeReportingKey: ['delete', '/api/apps/{app}/reporting-keys/{key}'],
  getNotifications: ['get', '/api/apps/{app}/notifications'],
  listNotices: ['get', '/api/apps/{app}/notices'],
} as const;

type Used = keyof typeof routes;
/** Each route as the contract has it: a path or a method that differs does not compile. */
routes satisfies { [Id in Used]: readonly [RouteOf<Id>['method'], RouteOf<Id>['path']] };

export const settings = clientOf<Used>(routes);
