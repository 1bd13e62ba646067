# syntax=docker/dockerfile:1
# 连心的一个镜像,供 asterisk、controller、asr 三项服务使用。 One image of Lianxin for asterisk, controller and asr.
# Debian 12 没有 Asterisk:与沙箱同样,由 sandbox/asterisk.py 从 Debian sid 取包解开(apt 校验签名)。
# Debian 12 has no Asterisk: as in the sandbox, sandbox/asterisk.py unpacks sid's packages, verified by apt.
FROM python:3.11.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONPATH=/opt/lianxin LIANXIN_CACHE=/opt/lianxin-cache
WORKDIR /opt/lianxin

COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt

COPY . .
RUN python -c "from sandbox.asterisk import unpacked_asterisk; print(unpacked_asterisk().version)" \
 && rm -rf "$LIANXIN_CACHE/apt" "$LIANXIN_CACHE/debs" \
 && groupadd --gid 10001 lianxin \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin lianxin \
 && install -d -o lianxin -g lianxin -m 0700 /state

USER 10001:10001
CMD ["python", "-m", "hotline.supervisor"]
