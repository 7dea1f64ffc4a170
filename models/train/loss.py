"""What training minimises: contrastive terms over known geometry, and an entropy term that spreads references apart."""

import torch
import torch.nn.functional as F

TEMPERATURE = 0.06
FORBIDDEN = -1e4
RECENT = 1024  # of the memory: as many as every region of a query is held against


def info_nce(similarity, positive, allowed):
    """Cross entropy of [B, M] similarities; `positive` [B] columns; `allowed` [B, M] masks columns that may be negatives."""
    logits = (similarity / TEMPERATURE).masked_fill(~allowed, FORBIDDEN)
    rows = torch.arange(len(logits), device=logits.device)
    logits[rows, positive] = similarity[rows, positive] / TEMPERATURE
    return F.cross_entropy(logits, positive)


def best_region(similarity):
    """[B, R, M] to [B, M]: a smooth maximum over the query's regions, which is what a search over all of them sees."""
    sharpness = 0.02
    return sharpness * (torch.logsumexp(similarity / sharpness, 1))


def koleo(vectors, others, allowed):
    """-log distance to the nearest neighbour (Sablayrolles et al. 2019, as SSCD uses it). allowed [B, M] as above."""
    nearest = (vectors @ others.t()).masked_fill(~allowed, -1).amax(1)
    return -torch.log((2 - 2 * nearest).clamp(min=1e-4).sqrt()).mean()


def contrastive(query, reference, memory, allowed, region, part, part_counts):
    """All terms of one batch.

    query, reference [B, R, D]; memory [M, D] earlier references' whole frames; allowed [B, B + M] negatives;
    region [B]: the query's region that shows the reference; part [B]: the reference's region that the query shows;
    part_counts [B]: whether that part is small enough that it must match on its own.
    """
    count = len(query)
    rows = torch.arange(count, device=query.device)
    whole = reference[:, 0]
    gallery = torch.cat([whole, memory])
    known = query[rows, region]
    terms = {"known": info_nce(known @ gallery.t(), rows, allowed),
             "back": info_nce(whole @ known.t(), rows, allowed[:, :count].t())}
    recent = count + min(len(memory), RECENT)
    everything = torch.einsum("brd,md->brm", query, gallery[:recent])
    terms["any"] = info_nce(best_region(everything), rows, allowed[:, :recent])
    if part_counts.any():
        chosen = torch.nonzero(part_counts)[:, 0]
        parts = reference[:, part[chosen]].transpose(0, 1)  # [C, B, D]: the same part of every reference
        similarity = torch.einsum("cd,cbd->cb", known[chosen], parts)
        terms["part"] = info_nce(similarity, chosen, allowed[chosen, :count]) * part_counts.float().mean()
    terms["koleo"] = koleo(whole, gallery, allowed)
    return terms
