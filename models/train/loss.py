"""What training minimises: contrastive terms over known geometry, and an entropy term that spreads references apart."""

import torch
import torch.nn.functional as F

TEMPERATURE = 0.06
FORBIDDEN = -1e4


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


def koleo(vectors, allowed):
    """-log distance to the nearest neighbour in the batch (Sablayrolles et al. 2019, as SSCD uses it). allowed [B, B] as above."""
    nearest = (vectors @ vectors.t()).masked_fill(~allowed, -1).amax(1)
    return -torch.log((2 - 2 * nearest).clamp(min=1e-4).sqrt()).mean()


def contrastive(query, reference, allowed, region, part, part_counts):
    """All terms of one batch.

    query, reference [B, R, D]; allowed [B, B]: which references are no part of a query; region [B]: the query's region that shows the
    reference; part [B]: the reference's region that the query shows; part_counts [B]: whether that part is small enough that it must
    match on its own.

    Negatives are of the batch alone. A memory of earlier references, made by a network that has moved on since, is told apart by its age
    instead of by its content: with 4096 of them the descriptors fell into some 25 dimensions (MODEL_CARD.md).
    """
    rows = torch.arange(len(query), device=query.device)
    whole, known = reference[:, 0], query[rows, region]
    terms = {"known": info_nce(known @ torch.cat([whole, known]).t(), rows, torch.cat([allowed, allowed & allowed.t()], 1)),
             "back": info_nce(whole @ known.t(), rows, allowed.t()),
             "any": info_nce(best_region(torch.einsum("brd,md->brm", query, whole)), rows, allowed)}
    if part_counts.any():
        chosen = torch.nonzero(part_counts)[:, 0]
        parts = reference[:, part[chosen]].transpose(0, 1)  # [C, B, D]: the same part of every reference
        similarity = torch.einsum("cd,cbd->cb", known[chosen], parts)
        terms["part"] = info_nce(similarity, chosen, allowed[chosen]) * part_counts.float().mean()
    terms["koleo"] = koleo(whole, allowed)
    return terms
