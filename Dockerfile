# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrations; what it does is the command it is given (docker-compose.yml).

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.txt
COPY manage.py pyproject.toml ./
COPY activity_project activity_project
COPY apps apps
COPY templates templates
COPY static static
# Static files are hashed and compressed here, once; the key signs nothing. Code is compiled, since nothing can be written
# where it runs.
RUN SECRET_KEY=only-while-building STATIC_ROOT=/app/staticfiles /venv/bin/python manage.py collectstatic --no-input \
    && /venv/bin/python -m compileall -q activity_project apps \
    && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim-trixie
RUN groupadd --gid 10001 activity && useradd --uid 10001 --gid activity --no-create-home --shell /usr/sbin/nologin activity \
    && install -d -o activity -g activity /data /data/media /data/spool /data/metrics /data/beat /run/web
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ACTIVITY_DATA_DIR=/data MEDIA_ROOT=/data/media STATIC_ROOT=/app/staticfiles
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--config", "python:activity_project.gunicorn", "activity_project.wsgi"]
