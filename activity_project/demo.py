"""The demonstration: three people with different histories and three of the staff, all of them plainly made up.

Small histories get real pictures; people beyond the cast are for trying things at size and come at COPY speed.
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import Plan, User, Visit
from apps.accounts.visits import write_visits
from apps.common.progress import track
from apps.credentials import demo as credentials
from apps.credits.enrolment import enrol, resume
from apps.credits.history import write_history
from apps.credits.models import TransactionType
from apps.generations import images
from apps.generations.counts import recount
from apps.generations.demo import History, Storyteller, with_files
from apps.generations.history import write_jobs
from apps.generations.models import Character, GenerationJob
from apps.generations.operations import add_images
from apps.generations.providers.base import ImageRequest
from apps.generations.providers.sketch import SketchProvider
from apps.generations.states import Status
from apps.orders import demo as orders_demo

PASSWORD = "demo-password"  # noqa: S105  # printed at every start of a demonstration
BULK_DOMAIN = "bulk.demo.example"
VIEWING_SHARE = 0.2
INTO_PERIOD_DAYS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person of the demonstration: how much they did, and what there is to see with them.

    ``may`` names what someone of the staff may do; null is everything.
    """

    email: str
    about: str
    plan: str = "pro"
    time_zone: str = "UTC"
    is_staff: bool = False
    may: tuple[str, ...] | None = ()
    characters: tuple[str, ...] = ()
    days: int = 30
    jobs: int = 0
    pictures: int = 0


CAST = (
    Part(
        email="busy@demo.example",
        about="over 1,000 items, failures and refunds among them",
        time_zone="Europe/London",
        characters=("Luna (demo)", "Kai (demo)", "Nova (demo)"),
        days=200,
        jobs=620,
        pictures=9,
    ),
    Part(
        email="casual@demo.example",
        about="some dozens of items over two months",
        time_zone="America/New_York",
        characters=("Iris (demo)",),
        days=70,
        jobs=34,
        pictures=5,
    ),
    Part(email="new@demo.example", about="signed up just now", plan="free", jobs=0),
    Part(email="staff@demo.example", about="staff, may do everything", is_staff=True, may=None, plan="studio"),
    Part(
        email="support@demo.example",
        about="staff, sees generations but no images, corrects nothing",
        is_staff=True,
        may=("view_generationjob",),
        plan="free",
    ),
    Part(
        email="shop@demo.example",
        about="staff, works on orders and what needs attention, gives no money back",
        is_staff=True,
        may=("view_activityentry", "view_order", "work_orders"),
        plan="free",
    ),
)


def sign_ins() -> list[str]:
    """A line for each person: address, password, what to find there."""
    return [f"{part.email}  {PASSWORD}  ({part.about})" for part in CAST]


def is_seeded() -> bool:
    """Whether the demonstration is there already."""
    return User.objects.filter(email=CAST[0].email).exists()


def seed_cast(*, seed: int, now: datetime) -> None:
    """Brings the cast on; who is there already stays as they are."""
    for part in CAST:
        if not User.objects.filter(email=part.email).exists():
            _bring_on(part, Random(f"{seed}:{part.email}"), now)


def seed_issuer(*, issuances: int, seed: int, now: datetime) -> int:
    """Lets the first of the cast issue credentials to the others: some, or as many as asked for. Returns the events."""
    owner, *holders = (User.objects.get(email=part.email) for part in CAST[:3])
    count, chance = issuances or credentials.ISSUANCES, Random(f"{seed}:credentials")
    return credentials.seed_issuer(owner=owner, holders=holders, issuances=count, chance=chance, now=now)


def seed_orders(*, orders: int, seed: int, now: datetime) -> int:
    """Fills the shop's past with some orders, or as many as asked for. Returns how many were added."""
    owners = list(User.objects.filter(email__in=[part.email for part in CAST[:2]]).order_by("email"))
    staff = User.objects.get(email="staff@demo.example")
    return orders_demo.seed_orders(orders=orders or orders_demo.ORDERS, owners=owners, staff=staff, seed=seed, now=now)


def seed_crowd(*, users: int, jobs: int, seed: int, now: datetime) -> int:
    """Adds people with so many jobs in all, without pictures. Returns how many items they have."""
    share, items = max(jobs // max(users, 1), 1), 0
    password = make_password(PASSWORD)
    for number in track(range(users), total=users, label="people"):
        email = f"person{number}-{seed}@{BULK_DOMAIN}"
        if User.objects.filter(email=email).exists():
            continue
        days = max(share // 100, 1) * 30 + INTO_PERIOD_DAYS
        part = Part(email=email, about="", characters=("Luna (demo)",), days=days, jobs=share)
        items += _write_person(part, password, Random(f"{seed}:{email}"), now)
    return items


@transaction.atomic
def _write_person(part: Part, password: str, chance: Random, now: datetime) -> int:
    user = User.objects.create(email=part.email, password=password, time_zone=part.time_zone, is_staff=part.is_staff)
    history = _past(user, part, chance, now)
    write_jobs(with_files(history.jobs, part.pictures))
    write_history(user.pk, history.movements)
    _put_on_plan(user, Plan.objects.get(slug=part.plan), history, now)
    recount([user.pk], write=True)
    write_visits(_visits(user, history, Random(f"visits:{part.email}")))
    return len(history.jobs) + len(history.movements)


def _bring_on(part: Part, chance: Random, now: datetime) -> None:
    _write_person(part, make_password(PASSWORD), chance, now)
    user = User.objects.get(email=part.email)
    user.user_permissions.set(_permissions(part))
    pictured = user.generation_jobs.filter(status=Status.COMPLETED, pruned_at=None)
    for job in track(pictured, total=pictured.count(), label=f"pictures of {part.email}"):
        _draw(job)


def _permissions(part: Part) -> QuerySet[Permission]:
    everything = Permission.objects.all() if part.is_staff else Permission.objects.none()
    return everything if part.may is None else everything.filter(codename__in=part.may)


def _draw(job: GenerationJob) -> None:
    """The job's pictures, as the provider would have drawn them then."""
    drawn = SketchProvider().generate(ImageRequest(**job.input))
    add_images(job_id=job.pk, user_id=job.user_id, stored=images.store(job.pk, 1, drawn))


def _past(user: User, part: Part, chance: Random, now: datetime) -> History:
    plan = Plan.objects.get(slug=part.plan)
    teller = Storyteller(
        user=user,
        characters=tuple(Character.objects.create(user=user, name=name) for name in part.characters),
        chance=chance,
        now=now,
        days=part.days,
        plan_name=plan.name,
        plan_credits=plan.credits_per_period,
    )
    return teller.tell(part.jobs)


def _visits(user: User, history: History, chance: Random) -> list[Visit]:
    """The days on which the person generated something; on some they looked at their activity, too."""
    days = sorted({job.created_at.date() for job in history.jobs})
    return [Visit(user=user, day=day, viewed_activity=chance.random() < VIEWING_SHARE) for day in days]


def _put_on_plan(user: User, plan: Plan, history: History, now: datetime) -> None:
    """In the period that the last refresh in their past began; who has no past starts now."""
    refreshes = [movement.at for movement in history.movements if movement.type == TransactionType.SUBSCRIPTION_GRANT]
    if refreshes:
        resume(user=user, plan=plan, starts_at=refreshes[-1])
    else:
        enrol(user=user, plan=plan, now=now)
