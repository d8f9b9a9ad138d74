import type { ReactNode } from 'react';
import type { Review } from '../../core/contract/review';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import type { Resource } from '../state/resource';
import { cleanLine } from '../text/clean';

/** The change is not read yet, or could not be: why, and how to try again once that was seen to. */
export function UnreadReview({ review }: { readonly review: Resource<Review> }): ReactNode {
  if (review.failure === null) return <p className="quiet">Reading the change…</p>;
  return (
    <Note kind="failed" actions={<Button onClick={review.reload}>Look again</Button>}>
      {cleanLine(review.failure.message)}
    </Note>
  );
}
