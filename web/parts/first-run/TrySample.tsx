import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client, troubleOf } from '../../api/client.ts';
import { appsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import plain from '../Plain.module.css';

/** Makes the sample app: an invented release at an afternoon on which much is to be seen, in a time of its own. */
export function TrySample() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [line, setLine] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () => client.makeSample({ body: {}, onLine: (told) => setLine((told as { text: string }).text) }),
    onSuccess: async (last) => {
      if (last.is !== 'done' || last.sample === undefined) return;
      await navigate({ to: '/$app', params: { app: last.sample.app } });
      await cache.invalidateQueries({ queryKey: appsQuery.queryKey });
    },
  });
  const refused = make.data?.is === 'refused' ? { detail: make.data.text, right: make.data.right ?? null, errors: [] } : null;
  return (
    <section className={plain.form} aria-labelledby="try-sample">
      <h2 id="try-sample">Look around first</h2>
      <p className={plain.lead}>
        A release of an invented app, with three tracks, its bugs, teams and stores, at an afternoon when one of them is held. It is marked
        as sample on every page, and can be taken out again.
      </p>
      <ProblemNote trouble={make.error === null ? refused : troubleOf(make.error)} />
      <div className={plain.acts}>
        <Button because={make.isPending ? 'It is being made' : null} onClick={() => make.mutate()}>
          {make.isPending ? 'Making it…' : 'Try with sample data'}
        </Button>
        <output className={plain.lead}>{make.isPending ? line : null}</output>
      </div>
    </section>
  );
}
